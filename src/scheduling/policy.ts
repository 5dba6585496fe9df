import { UsageError } from '../core/errors.js';
import { staleness, type StalenessRule } from './staleness.js';
import type { RuntimeProfile } from './runtime-profile.js';

/**
 * The input of a policy, when the detector is free and a frame waits that is new or was told to wait. Time is in frame
 * intervals, so that live, replayed and simulated runs decide by the same arithmetic.
 */
export type ScheduleState = {
  /** Index of the newest frame in its stream. */
  readonly seq: number;
  /** Index of the frame that ran last in this stream; -1 before the first. */
  readonly lastRunSeq: number;
  /** Time since the newest frame became available, in frame intervals; 0 when it has just arrived. */
  readonly ageFrames: number;
  /** Length of a frame interval in milliseconds. */
  readonly intervalMs: number;
  /** Runtimes measured or given so far; undefined before the first. */
  readonly runtime: RuntimeProfile | undefined;
  /** The occasion: a frame came to a free detector, or the detector became free and a frame was waiting. */
  readonly trigger: 'frame-arrived' | 'detector-freed';
};

/**
 * - `run`: detect on the newest frame now.
 * - `wait`: leave the detector free until the next frame comes, which then supersedes the waiting one.
 * - `drop`: skip this frame as `stride`; the next frame may be decided on at once.
 */
export type Decision = 'run' | 'wait' | 'drop';

/**
 * A rule that chooses run, wait or drop: a pure reducer. Live runs, replays, simulations and tests call the same one.
 * `M` is the policy's memory between decisions, a separate value for each stream or sequence.
 */
export type Policy<M = unknown> = {
  readonly name: string;
  readonly initial: M;
  decide(state: ScheduleState, memory: M): { readonly decision: Decision; readonly memory: M };
  /** Keeps every frame in a queue instead of only the newest: for offline runs on files. */
  readonly keepsAll?: true;
};

/** Runs the newest frame whenever the detector is free. sAP's default schedule. */
export const idleFree: Policy<null> = stateless('idle-free', () => 'run');

/** Runs only frames that arrive at a free detector; frames that arrive while it is busy are skipped. */
export const idleNext: Policy<null> = stateless('idle-next', ({ trigger }) =>
  trigger === 'frame-arrived' ? 'run' : 'wait');

/**
 * Waits for the next frame if a run that starts now would end in the same frame interval, with a shorter tail. Source:
 * Li et al. 2020, section 3.2 ("shrinking tail"); mtli/sAP `det/srt_det.py`, `--dynamic-schedule`.
 */
export const shrinkingTail: Policy<null> = stateless('shrinking-tail', ({ ageFrames, intervalMs, runtime }) => {
  if (runtime === undefined) return 'run';
  const meanFrames = runtime.meanMs / intervalMs;
  if (meanFrames <= 1) return 'run';
  const tail = ageFrames - Math.floor(ageFrames);
  return meanFrames < Math.floor(tail + meanFrames) ? 'wait' : 'run';
});

/** Waits if that lowers the expected staleness over the whole runtime distribution; see {@link staleness}. */
export const threshold: Policy<{ readonly rule: StalenessRule | undefined }> = {
  name: 'threshold',
  initial: { rule: undefined },
  decide({ seq, lastRunSeq, ageFrames, intervalMs, runtime }, memory) {
    // After one interval, the next frame is overdue: the stream stalls, and waiting has no known end.
    if (runtime === undefined || lastRunSeq < 0 || ageFrames >= 1) return { decision: 'run', memory };
    const rule = staleness(runtime, intervalMs, memory.rule);
    const wait = rule.shouldWait(seq - lastRunSeq, ageFrames);
    return { decision: wait ? 'wait' : 'run', memory: { rule } };
  },
};

/** Runs the first of every `n` frames offered to the free detector, which is not every n-th frame of the stream. */
export function stride(n: number): Policy<{ readonly offered: number }> {
  return {
    name: `stride:${n}`,
    initial: { offered: 0 },
    decide: (_, { offered }) => ({
      decision: offered % n === 0 ? 'run' : 'drop',
      memory: { offered: offered + 1 },
    }),
  };
}

/** Runs every frame in order and drops none: for files, without a clock. */
export const every: Policy<null> = { ...stateless('every', () => 'run'), keepsAll: true };

/** The policies by name, as `--schedule` spells them. */
export const POLICY_NAMES = ['idle-free', 'idle-next', 'shrinking-tail', 'threshold', 'stride:N', 'every'] as const;

/**
 * @param name one of {@link POLICY_NAMES}, with a number of 1 or more for N
 * @throws UsageError naming the value and what is allowed
 */
export function policyByName(name: string): Policy {
  const plain: Policy[] = [idleFree, idleNext, shrinkingTail, threshold, every].map(forget);
  const found = plain.find((policy) => policy.name === name);
  if (found !== undefined) return found;
  const n = /^stride:([1-9]\d*)$/.exec(name)?.[1];
  if (n !== undefined) return forget(stride(Number(n)));
  throw new UsageError(`schedule "${name}" is unknown; choose one of ${POLICY_NAMES.join(', ')} (N is 1 or more)`);
}

function stateless(name: string, rule: (state: ScheduleState) => Decision): Policy<null> {
  return { name, initial: null, decide: (state, memory) => ({ decision: rule(state), memory }) };
}

/** A policy's memory is opaque: callers pass it back unchanged. */
function forget<M>(policy: Policy<M>): Policy {
  return policy;
}
