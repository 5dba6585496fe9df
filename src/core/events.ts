import type { Detection } from './detection.js';
import type { CaptureTrust, Frame } from './frame.js';

/** Why a frame was not detected on, in Nowcast's own words. */
export const DROP_REASONS = [
  /** A newer frame of the same stream took its place while it waited, or older ones held all picture memory. */
  'superseded',
  /** Its result would have come out later than the latency budget allows. */
  'late',
  /** The `stride:N` schedule passes over it. */
  'stride',
  /** The decoder reported damage. */
  'corrupt',
  /** More of the stream waited than may; this part was skipped to come back to the present. */
  'behind',
  /** The detector crashed or hung while it worked on it. */
  'detector-failed',
  /** The run ended while it waited or was under way. */
  'stopped',
] as const;
/** A policy of one's own passed over it, and says why. */
export type PolicyDropReason = `policy:${string}`;

export type DropReason = (typeof DROP_REASONS)[number] | PolicyDropReason;

/** Whether a value that came from outside is a reason: one of {@link DROP_REASONS}, or a policy's own. */
export function isDropReason(value: unknown): value is DropReason {
  return (
    typeof value === 'string' && (value.startsWith(POLICY_PREFIX) || DROP_REASONS.some((reason) => reason === value))
  );
}

/** The reason that a policy gives in a text of its own. */
export function policyDropReason(text: string): PolicyDropReason {
  return `${POLICY_PREFIX}${text}`;
}

const POLICY_PREFIX = 'policy:';

/** Stamps of one percept on the monotonic clock, each at or after the one above it. */
export type PerceptTimes = {
  /** The world looked like this. */
  readonly capturedAtMs: number;
  /** The decoded picture lay in memory. */
  readonly readyAtMs: number;
  /** The scheduler gave it to the detector. */
  readonly startedAtMs: number;
  readonly inferStartMs: number;
  readonly inferEndMs: number;
  readonly doneAtMs: number;
  /** The percept left the pipeline. */
  readonly emittedAtMs: number;
};

/** Where the objects are believed to be at a later moment than they were observed. */
export type Forecast = {
  readonly forecaster: string;
  readonly validAtMs: number;
  readonly detections: readonly Detection[];
};

/** What identifies a frame in every event. */
export type FrameRef = Pick<
  Frame,
  'streamId' | 'seq' | 'file' | 'epoch' | 'ptsMs' | 'capturedAtMs' | keyof CaptureTrust
>;

/** One statement about the world. There is exactly one for each frame that was detected on. */
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
  /** What was observed, true at `times.capturedAtMs`. */
  readonly detections: readonly Detection[];
  /** The same objects carried forward to the present, where a forecaster runs. */
  readonly forecast?: Forecast;
  /** The result came out later than the latency budget allows. */
  readonly overBudget: boolean;
};

/** One frame that was not detected on. */
export type DropEvent = FrameRef & {
  readonly type: 'drop';
  readonly reason: DropReason;
  readonly atMs: number;
};

/** A time without frames: the camera was gone, silent, or paused. Nothing is made up to fill it. */
export type GapEvent = {
  readonly type: 'gap';
  readonly streamId: string;
  /**
   * When the last frame before and the first one after were taken, or arrived where it is not clear when they were
   * taken; `toMs` is
   * the end of the run where none came.
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

/** Something that people who watch want to know: a connection, a restart, a resolution change. */
export type StatusEvent = {
  readonly type: 'status';
  /** Absent where it concerns the whole run. */
  readonly streamId?: string;
  readonly atMs: number;
  readonly state: StatusState;
  readonly message?: string;
};

/** Everything that comes out of a pipeline. */
export type PipelineEvent = PerceptEvent | DropEvent | GapEvent | StatusEvent;

/**
 * What a source emits, in the order in which it happened. A live source reports a frame for which no buffer was free
 * as a drop of its own, so that received = percepts + drops + in flight holds at every moment.
 */
export type SourceEvent = Frame | DropEvent | GapEvent | StatusEvent;

/** The drop of `frame`; releasing it stays with its owner. */
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
