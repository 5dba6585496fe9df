import type { DropEvent, StatusEvent } from '../core/events.js';
import type { CaptureClock, CaptureTrust } from '../core/frame.js';
import type { Size } from '../core/size.js';

/** Names the format in the first line of every recording. */
export const RECORDING_SCHEMA = 'nowcast.recording/1';

/** First line of each run in a recording: the run, its machine, and the facts for reading the other lines. */
export type RecordingHeader = {
  readonly type: 'header';
  readonly schema: typeof RECORDING_SCHEMA;
  /** Distinguishes the runs of a file; absent in recordings of older releases and of simulations. */
  readonly runId?: string;
  /** Unix time at which the recording's clock stood at 0, in microseconds. */
  readonly unixUsAtZero: number;
  /** Class names by class id. */
  readonly classes: readonly string[];
  readonly streams: readonly string[];
  /** Hash and provider of a model file; absent for a custom detector. */
  readonly model?: {
    readonly name: string;
    readonly sha256?: string;
    readonly input: Size;
    readonly provider?: string;
  };
  /** The resolved configuration, without secrets. */
  readonly config: unknown;
  readonly host: { readonly nowcast: string; readonly node: string; readonly platform: string; readonly cpu: string };
};

export type DetectionLine = {
  readonly box: readonly [number, number, number, number];
  readonly score: number;
  readonly classId: number;
  readonly trackId?: number;
};

/**
 * Accuracy of `capturedUs`. Both are absent in recordings of older releases, which read as {@link UNRECORDED_TRUST}.
 */
export type TrustKeys = { readonly captureClock?: CaptureClock; readonly uncertaintyUs?: number };

/**
 * The guarantee of earlier releases: a camera's frame was captured at most five seconds before its arrival. A recording
 * does not state its kind of source, so this holds for files too, although their times are exact.
 */
export const UNRECORDED_TRUST: CaptureTrust = { captureClock: 'arrival', uncertaintyMs: 5_000 };

export type ForecastLine = {
  readonly forecaster: string;
  readonly validUs: number;
  readonly detections: readonly DetectionLine[];
};

/** One line after the header. All times are integer microseconds on the recording's clock. */
export type RecordingLine =
  | (TrustKeys & {
      readonly type: 'percept';
      readonly stream: string;
      readonly seq: number;
      readonly file?: string;
      readonly epoch: number;
      readonly ptsUs: number;
      readonly width: number;
      readonly height: number;
      readonly capturedUs: number;
      readonly readyUs: number;
      readonly startedUs: number;
      readonly inferStartUs: number;
      readonly inferEndUs: number;
      readonly doneUs: number;
      readonly emittedUs: number;
      readonly overBudget?: true;
      readonly detections: readonly DetectionLine[];
      readonly forecast?: ForecastLine;
    })
  | (TrustKeys & {
      readonly type: 'drop';
      readonly stream: string;
      readonly seq: number;
      readonly file?: string;
      readonly epoch: number;
      readonly ptsUs: number;
      readonly capturedUs: number;
      readonly reason: DropEvent['reason'];
      readonly atUs: number;
    })
  | {
      readonly type: 'gap';
      readonly stream: string;
      readonly fromUs: number;
      readonly toUs: number;
      readonly why: string;
    }
  | {
      readonly type: 'status';
      readonly stream?: string;
      readonly atUs: number;
      readonly state: StatusEvent['state'];
      readonly message?: string;
    };
