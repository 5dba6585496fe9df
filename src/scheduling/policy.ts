import type { NamedKind } from '../core/named-kind.js';
import type { RuntimeProfile } from './runtime-profile.js';

/**
 * What a policy may know when the detector is free and a frame waits that was not decided on before, or was told to
 * wait. Time is measured in frame intervals, so that live, replayed and simulated runs decide by the same arithmetic.
 */
export type ScheduleState = {
  /** Index of the newest frame in its stream. */
  readonly seq: number;
  /** Index of the frame that ran last in this stream; -1 before the first. */
  readonly lastRunSeq: number;
  /** How long the newest frame has been there, in frame intervals; 0 when it has just arrived. */
  readonly ageFrames: number;
  /** Length of a frame interval in milliseconds. */
  readonly intervalMs: number;
  /** Runtimes seen or known so far; undefined before the first. */
  readonly runtime: RuntimeProfile | undefined;
  /** Why the question is asked: a frame came to a free detector, or the detector became free and finds one waiting. */
  readonly trigger: 'frame-arrived' | 'detector-freed';
};

/**
 * - `run`: detect on the newest frame now.
 * - `wait`: leave the detector free until the next frame comes; the waiting one is then superseded.
 * - `drop`: pass over this frame; the next may be decided on at once.
 */
export type Decision = 'run' | 'wait' | 'drop';

export type Decided<M> = {
  readonly decision: Decision;
  readonly memory: M;
  /**
   * Why a frame is dropped: one of a few fixed texts, each of which is counted by itself and comes out as
   * `policy:<text>`. The policy's name unless given; `stride` is the built-in schedule's own word and stays as it is.
   */
  readonly reason?: string;
};

/**
 * The rule that says run, wait or drop: a pure reducer. Live runs, replays, simulations and tests call the same one.
 * `M` is what the policy remembers between decisions, a value of its own, one for each stream or sequence.
 */
export type Policy<M = unknown> = {
  readonly name: string;
  readonly initial: M;
  decide(state: ScheduleState, memory: M): Decided<M>;
  /** Keeps every frame in a queue instead of the newest alone: offline runs on files. */
  readonly keepsAll?: true;
};

/** One entry of the registry: a schedule that a configuration can ask for. */
export type PolicyKind = NamedKind<Policy>;

/** A policy that remembers nothing. */
export function stateless(name: string, rule: (state: ScheduleState) => Decision): Policy<null> {
  return { name, initial: null, decide: (state, memory) => ({ decision: rule(state), memory }) };
}

/** Hides what a policy remembers from callers: they pass back what they were given and never look inside. */
export function opaque<M>(policy: Policy<M>): Policy {
  return policy;
}
