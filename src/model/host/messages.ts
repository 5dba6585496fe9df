import type { DetectorTimes } from '../../core/detector.js';
import type { Fit } from '../../core/letterbox.js';
import type { DecodeOptions } from '../family.js';
import type { ActualProvider } from '../actual-provider.js';
import type { SessionOptions } from '../inference-session.js';

/** The first message to a detector's process: what it is for its whole life. */
export type OpenMessage = {
  readonly type: 'open';
  readonly session: Omit<SessionOptions, 'clock'>;
  readonly decoder: { readonly family: string; readonly form: string; readonly options: DecodeOptions };
};

/** Asks for the picture in `slot` of the file of pictures. Answered by `result`, in the order of asking. */
export type DetectMessage = {
  readonly type: 'detect';
  readonly slot: number;
  readonly fit: Fit;
};

/** Asks how long bare runs take. Answered by `measured`. */
export type MeasureMessage = {
  readonly type: 'measure';
  readonly runs: number;
  /** A run slower than this is the last one. */
  readonly giveUpAboveMs: number;
};

/** Asks the process to end after the run that is under way. */
export type CloseMessage = { readonly type: 'close' };

export type ToHost = OpenMessage | DetectMessage | MeasureMessage | CloseMessage;

/** The session is open and has run once. */
export type ReadyMessage = {
  readonly type: 'ready';
  readonly warmUpMs: number;
  readonly supportedProviders: readonly ActualProvider[];
};

export type ResultMessage = {
  readonly type: 'result';
  readonly slot: number;
  /** See `packed-detections.ts`. */
  readonly detections: Float64Array;
  readonly times: DetectorTimes;
};

export type MeasuredMessage = { readonly type: 'measured'; readonly runMs: readonly number[] };

/** The process cannot go on and ends; the last message that it sends. */
export type FailedMessage = { readonly type: 'failed'; readonly message: string; readonly code?: string };

export type FromHost = ReadyMessage | ResultMessage | MeasuredMessage | FailedMessage;

/**
 * The file descriptor under which the process inherits the file of pictures; 0 to 2 are the standard streams, 3 is IPC.
 */
export const SLOTS_FD = 4;
