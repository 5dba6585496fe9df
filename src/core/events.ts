import type { Detection } from './detection.js';
import type { CaptureTrust, Frame } from './frame.js';

/** Nowcast's reasons for a drop. */
export const DROP_REASONS = [
  /** A newer frame of the same stream replaced it while it waited, or older frames held every buffer. */
  'superseded',
  /** Its result would have come out later than the latency budget allows. */
  'late',
  /** The `stride:N` schedule skips it. */
  'stride',
  /** The decoder reported damage. */
  'corrupt',
  /** The stream's backlog was too long; this part was skipped to return to the present. */
  'behind',
  /** The detector crashed or hung while it worked on the frame. */
  'detector-failed',
  /** A newer frame of the same stream replaced it, or the run ended, while the detector hung or restarted. */
  'detector-down',
  /** Detection is switched off for its camera. */
  'detect-off',
  /** The run ended while the frame waited or was in the detector. */
  'stopped',
] as const;
/** A custom policy skipped it, with a reason. */
export type PolicyDropReason = `policy:${string}`;

export type DropReason = (typeof DROP_REASONS)[number] | PolicyDropReason;

/** True if a value from outside is a reason: one of {@link DROP_REASONS}, or a policy's. */
export function isDropReason(value: unknown): value is DropReason {
  return (
    typeof value === 'string' && (value.startsWith(POLICY_PREFIX) || DROP_REASONS.some((reason) => reason === value))
  );
}

/** The reason of a custom policy, from the policy's text. */
export function policyDropReason(text: string): PolicyDropReason {
  return `${POLICY_PREFIX}${text}`;
}

const POLICY_PREFIX = 'policy:';

/** Stamps of one percept on the monotonic clock, in ascending order. */
export type PerceptTimes = {
  /** The scene was observed. */
  readonly capturedAtMs: number;
  /** The decoded picture was complete in memory. */
  readonly readyAtMs: number;
  /** The scheduler handed the frame to the detector. */
  readonly startedAtMs: number;
  readonly inferStartMs: number;
  readonly inferEndMs: number;
  readonly doneAtMs: number;
  /** The percept left the pipeline. */
  readonly emittedAtMs: number;
};

/** The expected positions of objects at a later moment than their observation. */
export type Forecast = {
  readonly forecaster: string;
  readonly validAtMs: number;
  readonly detections: readonly Detection[];
};

/** The fields that identify a frame in every event. */
export type FrameRef = Pick<
  Frame,
  'streamId' | 'seq' | 'file' | 'epoch' | 'ptsMs' | 'capturedAtMs' | keyof CaptureTrust
>;

/** The result for one frame. Every frame that the detector processed has exactly one. */
export type PerceptEvent = CaptureTrust & {
  readonly type: 'percept';
  readonly streamId: string;
  readonly seq: number;
  /** Name of the picture's own file, where a stream is made of files. */
  readonly file?: string;
  readonly epoch: number;
  readonly ptsMs: number;
  readonly width: number;
  readonly height: number;
  readonly times: PerceptTimes;
  /** The observation, true at `times.capturedAtMs`. */
  readonly detections: readonly Detection[];
  /** The same objects moved to the present; absent without a forecaster. */
  readonly forecast?: Forecast;
  /** True if the result came out later than the latency budget allows. */
  readonly overBudget: boolean;
};

/** A frame that the detector did not process. */
export type DropEvent = FrameRef & {
  readonly type: 'drop';
  readonly reason: DropReason;
  readonly atMs: number;
};

/** A time without frames: the camera was gone, silent, or paused. Nothing is invented to fill it. */
export type GapEvent = {
  readonly type: 'gap';
  readonly streamId: string;
  /**
   * Capture times of the last frame before the gap and the first one after it; arrival times if the capture times are
   * unclear. `toMs` is the end of the run if no frame followed.
   */
  readonly fromMs: number;
  readonly toMs: number;
  readonly why: string;
};

export const STATUS_STATES = [
  'connecting',
  'streaming',
  'reconnecting',
  'ended',
  'failed',
  'detector-ready',
  'detector-lost',
] as const;
export type StatusState = (typeof STATUS_STATES)[number];

/** Nowcast's reasons for the loss of a stream, for counts. */
export const LOSS_REASONS = [
  /** The camera ended the stream or closed the connection. */
  'ended',
  /** It was connected, and no picture came for too long. */
  'silent',
  /** Nothing answered within the timeout. */
  'timed-out',
  /** Too much of the stream waited. */
  'behind',
  /** The connection was refused. */
  'refused',
  /** There is no way to the camera, or no such name. */
  'unreachable',
  /** Another user or password is needed. */
  'denied',
  /** There is no such stream, or the camera reports an error of its own. */
  'camera-error',
  /** The camera was switched off, or restarted with another configuration. */
  'paused',
  'other',
] as const;
export type LossReason = (typeof LOSS_REASONS)[number];

/** News for people who watch: a connection, a restart, a change of resolution. */
export type StatusEvent = {
  readonly type: 'status';
  /** Absent if it concerns the whole run. */
  readonly streamId?: string;
  readonly atMs: number;
  readonly state: StatusState;
  readonly message?: string;
  /** With `reconnecting`, in the program that watches the camera; recordings do not keep it. */
  readonly loss?: LossReason;
};

/** Everything that comes out of a pipeline. */
export type PipelineEvent = PerceptEvent | DropEvent | GapEvent | StatusEvent;

/**
 * The events of a source, in the order in which they happened. A live source reports a frame without a free buffer as a
 * drop, so that received = percepts + drops + in flight holds at every moment.
 */
export type SourceEvent = Frame | DropEvent | GapEvent | StatusEvent;

/** The drop of `frame`. Its owner still has to release it. */
export function dropOf(frame: FrameRef, reason: DropReason, atMs: number): DropEvent {
  const { streamId, seq, epoch, ptsMs, capturedAtMs, captureClock, uncertaintyMs } = frame;
  return {
    type: 'drop',
    streamId,
    seq,
    ...fileOf(frame),
    epoch,
    ptsMs,
    capturedAtMs,
    captureClock,
    uncertaintyMs,
    reason,
    atMs,
  };
}

/** The name of a frame's file, for an event about the frame. */
export function fileOf({ file }: { readonly file?: string }): { readonly file?: string } {
  return file === undefined ? {} : { file };
}
