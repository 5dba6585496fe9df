import type { Detection } from './detection.js';
import type { Picture, PictureFormat } from './picture.js';

/** Where a model can run. `auto` measures those that load and takes the fastest. */
export const PROVIDERS = ['auto', 'cpu', 'webgpu', 'cuda', 'tensorrt', 'coreml', 'dml'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** `per-class`: boxes of different classes never suppress each other. `agnostic`: the class does not matter. */
export const NMS_MODES = ['per-class', 'agnostic'] as const;
export type NmsMode = (typeof NMS_MODES)[number];

/** What a detector is, as reported everywhere. */
export type DetectorInfo = {
  /** File name of the model, without its folder, or the name of a detector of one's own. */
  readonly model: string;
  /** Name of the model's family: how its output is decoded. */
  readonly family?: string;
  /** Size in pixels and layout of the pictures that it takes; sources follow it. */
  readonly input: PictureFormat;
  readonly classNames: readonly string[];
};

/** A detector that runs a model file. */
export type ModelDetectorInfo = DetectorInfo & {
  /** Of the model file's bytes, in lower-case hex. */
  readonly modelSha256: string;
  readonly requestedProvider: Provider;
  /** What really runs; never `auto`. */
  readonly provider: Exclude<Provider, 'auto'>;
  /** Threads that one run may use. */
  readonly threads: number;
};

/** Stamps of one detection on the monotonic clock, in the order in which they happen. */
export type DetectorTimes = {
  /** The session's run began and ended. */
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

/** Finds objects in one picture. Knows nothing of streams, schedules or clocks. */
export interface Detector<Info extends DetectorInfo = DetectorInfo> extends AsyncDisposable {
  readonly info: Info;
  /**
   * Frames that may be under way at once without waiting for each other; one is computed at a time by each host, so
   * only a pool has more than 1 live. An offline run keeps one more ahead to hide the hand-over.
   */
  readonly hosts: number;
  /**
   * Reads `picture.image` before it returns, so that the caller may release the frame at once.
   * Rejects with `DetectorFailedError` when this picture's result is lost; the detector recovers by itself and may be
   * called again. Any other rejection is final.
   */
  detect(picture: Picture): Promise<DetectorResult>;
  /** Resolves when a lost detector is able to work again; at once while it works. */
  ready(): Promise<void>;
  /** Ends the detector and frees what it holds. Safe to call twice. */
  close(): Promise<void>;
}

export type ModelDetector = Detector<ModelDetectorInfo>;
