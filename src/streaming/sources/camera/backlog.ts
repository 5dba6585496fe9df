import type { CaptureEstimate } from './time/capture-clock.js';

/** The age of a picture, for the rule. */
export type AgedPicture = {
  readonly atMs: number;
  /** Its minimum age at this moment: `leastAgeMs` of its estimate plus the time since its arrival. */
  readonly leastAgeMs: CaptureEstimate['leastAgeMs'];
};

/** A picture before decoding. */
export type WaitingUnit = AgedPicture & {
  readonly isKey: boolean;
  /** True if part of it is missing. */
  readonly damaged: boolean;
  /** True if a key picture waits here after it. */
  readonly hasNewerKey: boolean;
  /** True if the decoder is slower than the stream: it is still busy with pictures that are too old. */
  readonly isDecoderBehind?: boolean;
};

export type CodedDecision = 'decode' | 'shed' | 'reconnect';
export type DecodedDecision = 'show' | 'shed' | 'reconnect';

/** The state of the rule between pictures. */
export type BacklogState = {
  readonly isShedding: boolean;
  /** The time since which every picture has been too old. */
  readonly behindSinceMs: number | undefined;
  readonly reconnects: number;
  readonly reconnectedAtMs: number;
};

export type BacklogOptions = {
  /** Older pictures are neither decoded nor shown. Default 2 s. */
  readonly maxBehindMs?: number;
};

export const NO_BACKLOG: BacklogState = {
  isShedding: false,
  behindSinceMs: undefined,
  reconnects: 0,
  reconnectedAtMs: -Infinity,
};

/** A queue in the network drains within this time, or a new connection is faster. */
const PATIENCE_MS = 5_000;
const RECONNECT_LADDER_MS = [10_000, 30_000, 60_000, 300_000];
/** A stream that has been young for this long restarts the ladder. */
const FORGIVEN_AFTER_MS = 600_000;

/**
 * The rule that sheds a backlog: it decodes no picture that is certainly older than `maxBehindMs`, and resumes with a
 * key picture: the first that is young enough, or the newest available. If even these are old, the backlog lies in the
 * network or in the camera, and only a new connection leaves it behind; each such attempt waits longer for the next.
 */
export function shedBacklog(
  state: BacklogState,
  unit: WaitingUnit,
  options: BacklogOptions = {},
): { readonly state: BacklogState; readonly decision: CodedDecision } {
  const { state: next, decision } = shedDecoded(state, unit, options);
  if (decision === 'reconnect') return { state: next, decision };
  if (decision === 'show' && !state.isShedding) return { state: next, decision: 'decode' };
  // An old key picture is shown if there is no better one; pictures that depend on it would be older still. In a stream
  // of key pictures only, the decoder would then always be busy with the past.
  if (unit.isKey && !unit.damaged && !unit.hasNewerKey && unit.isDecoderBehind !== true)
    return { state: next, decision: 'decode' };
  return { state: { ...next, isShedding: true }, decision: 'shed' };
}

/**
 * The same for decoded pictures. Each can be shown regardless of those before it, so showing resumes with the first
 * that is young enough. Nothing depends on a dropped one, so none that is certainly too old is shown.
 */
export function shedDecoded(
  state: BacklogState,
  { atMs, leastAgeMs }: AgedPicture,
  { maxBehindMs = 2_000 }: BacklogOptions = {},
): { readonly state: BacklogState; readonly decision: DecodedDecision } {
  const isOld = leastAgeMs > maxBehindMs;
  const behindSinceMs = isOld ? (state.behindSinceMs ?? atMs) : undefined;
  if (isOld && atMs - behindSinceMs! >= PATIENCE_MS && atMs - state.reconnectedAtMs >= pauseMs(state.reconnects)) {
    return {
      state: { isShedding: true, behindSinceMs: undefined, reconnects: state.reconnects + 1, reconnectedAtMs: atMs },
      decision: 'reconnect',
    };
  }
  const isForgiven = !isOld && atMs - state.reconnectedAtMs > FORGIVEN_AFTER_MS;
  const next: BacklogState = {
    ...state,
    isShedding: isOld,
    behindSinceMs,
    reconnects: isForgiven ? 0 : state.reconnects,
  };
  return { state: next, decision: isOld ? 'shed' : 'show' };
}

function pauseMs(reconnects: number): number {
  return reconnects === 0 ? 0 : RECONNECT_LADDER_MS[Math.min(reconnects, RECONNECT_LADDER_MS.length) - 1];
}
