import type { DetectorTimes } from '../../core/detector.js';
import type { Placement } from '../../core/placement.js';
import type { Fit } from '../../core/fit.js';
import type { DecodeOptions } from '../family.js';
import type { ActualProvider } from '../actual-provider.js';
import type { SessionOptions } from '../inference-session.js';

/** The first message to a detector's process: its settings for life. */
export type OpenMessage = {
  readonly type: 'open';
  readonly session: Omit<SessionOptions, 'clock'>;
  readonly decoder: { readonly family: string; readonly form: string; readonly options: DecodeOptions };
  /** Compares the outputs with the decoder's form first; `model` is the file's name, for messages. */
  readonly probe?: { readonly model: string };
  /** Find out where the network's nodes run, for `ready`. */
  readonly places?: true;
};

/**
 * Requests the detections of the picture in `slot` of the file of pictures. `result` follows, in the order of requests.
 */
export type DetectMessage = {
  readonly type: 'detect';
  readonly slot: number;
  readonly fit: Fit;
};

/** Requests the durations of bare runs. `measured` follows. */
export type MeasureMessage = {
  readonly type: 'measure';
  readonly runs: number;
  /** A run slower than this is the last one. */
  readonly giveUpAboveMs: number;
};

/** Requests the outputs for the noise of the test pictures. `sampled` follows. */
export type SampleMessage = { readonly type: 'sample' };

/** Ends the process after the current run. */
export type CloseMessage = { readonly type: 'close' };

export type ToHost = OpenMessage | DetectMessage | MeasureMessage | SampleMessage | CloseMessage;

/** The session is open and has run once. */
export type ReadyMessage = {
  readonly type: 'ready';
  /** From the start of the process. */
  readonly startMs: number;
  readonly warmUpMs: number;
  readonly supportedProviders: readonly ActualProvider[];
  /** The form in which outputs are decoded. */
  readonly form: string;
  /** Doubts about the network, in sentences for people. */
  readonly warnings: readonly string[];
  /** If `places` asked for it. */
  readonly placement?: Placement;
};

export type ResultMessage = {
  readonly type: 'result';
  readonly slot: number;
  /** See `packed-detections.ts`. */
  readonly detections: Float64Array;
  /** Boxes that were left out because they are NaN, infinite or of negative size. */
  readonly unusable: number;
  readonly times: DetectorTimes;
};

export type MeasuredMessage = { readonly type: 'measured'; readonly runMs: readonly number[] };

export type SampledMessage = { readonly type: 'sampled'; readonly outputs: readonly Float32Array[] };

/** The process cannot continue and ends; this is its last message. */
export type FailedMessage = { readonly type: 'failed'; readonly message: string; readonly code?: string };

export type FromHost = ReadyMessage | ResultMessage | MeasuredMessage | SampledMessage | FailedMessage;

/**
 * The file descriptor under which the process inherits the file of pictures; 0 to 2 are the standard streams, 3 is IPC.
 */
export const SLOTS_FD = 4;
