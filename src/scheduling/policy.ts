import type { NamedKind } from '../core/named-kind.js';
import type { RuntimeProfile } from './runtime-profile.js';

/**
 * The input of a policy. It is asked when the detector is free and a frame waits that it has not been asked about, or
 * that it answered with `wait`. Times are in frame intervals, so that live, replayed and simulated runs decide by the
 * same arithmetic.
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
  /** Runtimes so far, measured or given; undefined before the first. */
  readonly runtime: RuntimeProfile | undefined;
  /** `frame-arrived` at a free detector, or `detector-freed` while a frame waited. */
  readonly trigger: 'frame-arrived' | 'detector-freed';
};

/**
 * - `run`: detect on the newest frame now.
 * - `wait`: leave the detector free until the next frame comes, which then supersedes the waiting one.
 * - `drop`: skip this frame; the next frame may be decided on at once.
 */
export type Decision = 'run' | 'wait' | 'drop';

export type Decided<M> = {
  readonly decision: Decision;
  readonly memory: M;
  /**
   * The reason of a drop: one of a few fixed texts. Each is counted separately and comes out as `policy:<text>`. The
   * policy's name by default; `stride` is the built-in schedule's reason and stays unchanged.
   */
  readonly reason?: string;
};

/**
 * A rule that chooses run, wait or drop: a pure reducer. Live runs, replays, simulations and tests call the same one.
 * `M` is the policy's memory between decisions, a separate value for each stream or sequence.
 */
export type Policy<M = unknown> = {
  readonly name: string;
  readonly initial: M;
  decide(state: ScheduleState, memory: M): Decided<M>;
  /** Keeps every frame in a queue instead of only the newest: for offline runs on files. */
  readonly keepsAll?: true;
};

/** One entry of the registry: a schedule that a configuration can name. */
export type PolicyKind = NamedKind<Policy>;

/** A policy without memory. */
export function stateless(name: string, rule: (state: ScheduleState) => Decision): Policy<null> {
  return { name, initial: null, decide: (state, memory) => ({ decision: rule(state), memory }) };
}

/** Hides the type of a policy's memory: callers pass it back unchanged. */
export function opaque<M>(policy: Policy<M>): Policy {
  return policy;
}
