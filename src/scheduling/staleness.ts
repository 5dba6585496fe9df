import { quantileMs, type RuntimeProfile } from './runtime-profile.js';

/** A rule for waiting for the next frame that makes outputs as fresh as possible on average. */
export type StalenessRule = {
  /**
   * @param advance number of frames by which the newest is ahead of the last one that ran, 1 or more
   * @param ageFrames time since the newest became available, in frame intervals
   */
  shouldWait(advance: number, ageFrames: number): boolean;
  /** Mean staleness in frames under this rule, for independent runtimes. */
  readonly meanStaleness: number;
  /** The inputs that it was computed for. */
  readonly runtime: RuntimeProfile;
  readonly intervalMs: number;
};

/** Resolution of a frame interval, and of the runtime distribution. */
const PHASES = 64;
const QUANTILES = 64;
/**
 * A rule is recomputed when the runtime's mean or the interval has changed by this share; a camera's changes at each
 * frame.
 */
const TOLERANCE = 0.02;

/**
 * The optimal rule for independent runtimes, by policy iteration over the phase in which the detector becomes free.
 *
 * Staleness of frame i is i minus the input index of the last output available at frame i's time. Summed over a long
 * run, it equals the sum over outputs of `d * n + d * (d - 1) / 2`. Here `d` is the number of frames by which the
 * output's input is ahead of the previous one, and `n` is the number of frame times until the output is available,
 * counted from its input. So each run has its own cost. The choice between running at phase `s` (advance d) and waiting
 * (advance d + 1, phase 0) is an average-cost decision process over the time since the last input, solved exactly on a
 * grid.
 * @param previous returned again while `runtime` and `intervalMs` have hardly changed, so that a live run solves only
 * now and then
 */
export function staleness(runtime: RuntimeProfile, intervalMs: number, previous?: StalenessRule): StalenessRule {
  if (
    previous !== undefined &&
    isNear(previous.intervalMs, intervalMs) &&
    isNear(previous.runtime.meanMs, runtime.meanMs)
  )
    return previous;
  return solve(runtime, intervalMs);
}

function isNear(before: number, now: number): boolean {
  return Math.abs(before - now) <= TOLERANCE * now;
}

function solve(runtime: RuntimeProfile, intervalMs: number): StalenessRule {
  const runtimes = Float64Array.from(
    { length: QUANTILES },
    (_, q) => quantileMs(runtime, (q + 0.5) / QUANTILES) / intervalMs,
  );

  // For a run that starts at phase p/PHASES: expected frame times until its output is available.
  const framesUntilOut = new Float64Array(PHASES);
  for (let p = 0; p < PHASES; p++) {
    let sum = 0;
    for (const r of runtimes) sum += Math.ceil(p / PHASES + r);
    framesUntilOut[p] = sum / QUANTILES;
  }

  // future[p]: expected relative cost after a run that started at phase p, less meanCost for each frame advanced.
  const future = new Float64Array(PHASES);
  const next = new Float64Array(PHASES);
  let meanCost = framesUntilOut[0] + Math.max(0, framesUntilOut[0] - 1) / 2;

  const runCost = (advance: number, p: number): number =>
    advance * framesUntilOut[p] + (advance * (advance - 1)) / 2 - meanCost * advance + future[p];
  const bestCost = (advance: number, p: number): number =>
    advance === 0 ? runCost(1, 0) : Math.min(runCost(advance, p), runCost(advance + 1, 0));

  for (let iteration = 0; iteration < 400; iteration++) {
    let change = 0;
    for (let p = 0; p < PHASES; p++) {
      let sum = 0;
      for (const r of runtimes) {
        const passed = p / PHASES + r;
        const whole = Math.floor(passed);
        sum += bestCost(whole, Math.min(PHASES - 1, Math.floor((passed - whole) * PHASES)));
      }
      next[p] = sum / QUANTILES;
    }
    // Relative value iteration: phase 0 is the reference; its gain per run goes into the mean cost per frame.
    const gain = next[0];
    for (let p = 0; p < PHASES; p++) {
      // Half a step: nearly constant runtimes make the phases cycle, and full steps would never leave the cycle.
      const value = (next[p] - gain + future[p]) / 2;
      change = Math.max(change, Math.abs(value - future[p]));
      future[p] = value;
    }
    const runFrames = Math.max(1, framesUntilOut[0]);
    meanCost += gain / runFrames;
    if (change < 1e-9 && Math.abs(gain) < 1e-9) break;
  }

  return {
    shouldWait(advance, ageFrames) {
      const p = Math.min(PHASES - 1, Math.floor(ageFrames * PHASES));
      return runCost(advance + 1, 0) < runCost(advance, p) - 1e-12;
    },
    meanStaleness: meanCost,
    runtime,
    intervalMs,
  };
}
