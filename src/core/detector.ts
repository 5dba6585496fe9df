import type { Detection } from './detection.js';
import type { Picture, PictureFormat } from './picture.js';
import type { Placement } from './placement.js';

/** Providers that can run a model. `auto` measures every provider that loads and takes the fastest. */
export const PROVIDERS = ['auto', 'cpu', 'webgpu', 'cuda', 'tensorrt', 'coreml', 'dml'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** `per-class`: NMS within each class. `agnostic`: NMS between all boxes. */
export const NMS_MODES = ['per-class', 'agnostic'] as const;
export type NmsMode = (typeof NMS_MODES)[number];

/** Facts about a detector, as every output reports them. */
export type DetectorInfo = {
  /** File name of the model without its folder, or the name of a custom detector. */
  readonly model: string;
  /** Name of the model's family, which sets how its output is decoded. */
  readonly family?: string;
  /** Size in pixels and layout of the pictures that it takes; sources follow it. */
  readonly input: PictureFormat;
  readonly classNames: readonly string[];
};

/** Origin of a model's class names. */
export const CLASS_NAME_ORIGINS = [
  /** The caller, or the list of known models. */
  'given',
  /** The model's file. */
  'file',
  /** A known list with as many names as the model has classes. */
  'guess',
  /** None: `class-0`, `class-1`… */
  'numbers',
] as const;
export type ClassNameOrigin = (typeof CLASS_NAME_ORIGINS)[number];

/** Facts about a detector that runs a model file. */
export type ModelDetectorInfo = DetectorInfo & {
  readonly classNamesFrom: ClassNameOrigin;
  /** The pictures that it gets, for people: `BGR, letterboxed, 0 to 255 (standard)`. */
  readonly pictures: string;
  /** SHA-256 of the model file in lower-case hex. */
  readonly modelSha256: string;
  readonly requestedProvider: Provider;
  /** The provider in use; never `auto`. */
  readonly provider: Exclude<Provider, 'auto'>;
  /** Threads that one run may use. */
  readonly threads: number;
  /** If it was asked for, and the provider is not the CPU's. */
  readonly placement?: Placement;
};

/** Stamps of one detection on the monotonic clock, in the order in which they happen. */
export type DetectorTimes = {
  /** Begin and end of the session's run. */
  readonly inferStartMs: number;
  readonly inferEndMs: number;
  /** Boxes decoded and suppressed, still inside the detector. */
  readonly doneAtMs: number;
};

export type DetectorResult = {
  /** In source pixels, best score first; coordinates are multiples of 1/1000 px, scores of 1e-6. */
  readonly detections: readonly Detection[];
  readonly times: DetectorTimes;
};

/** Finds objects in one picture. It has no notion of streams, schedules or clocks. */
export interface Detector<Info extends DetectorInfo = DetectorInfo> extends AsyncDisposable {
  readonly info: Info;
  /**
   * Number of frames that the detector takes at the same time. Each host computes one at a time, so only a pool has
   * more than 1 live. An offline run keeps one more ready, to hide the hand-over.
   */
  readonly hosts: number;
  /**
   * Reads `picture.image` before it returns, so that the caller may release the frame at once. Rejects with
   * `DetectorFailedError` if this picture's result is lost; the detector then recovers by itself and takes further
   * calls. Any other rejection is final.
   */
  detect(picture: Picture): Promise<DetectorResult>;
  /** Resolves when a lost detector works again; at once while it works. */
  ready(): Promise<void>;
  /** Ends the detector and frees its resources. Safe to call twice. */
  close(): Promise<void>;
}

/** Boxes that were left out, because a network gave NaN, infinity or a negative size. */
export type UnusableBoxes = {
  readonly boxes: number;
  /** Pictures with such boxes. */
  readonly pictures: number;
};

/** A detector that runs a model file. Its boxes lie inside their pictures. */
export type ModelDetector = Detector<ModelDetectorInfo> & {
  /** Since it was opened. */
  readonly unusable: UnusableBoxes;
};
