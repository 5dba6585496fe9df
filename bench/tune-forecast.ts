import { parseArgs } from 'node:util';
import { kalmanTracker } from '../src/track/kalman-tracker.js';
import { nowcastTracker } from '../src/track/nowcast-tracker.js';
import { NOWCAST_TUNING, type NowcastTuning } from '../src/track/nowcast-tuning.js';
import { drawTrial, streamingAp, type Trial } from '../test/helpers/forecast-trial.js';
import { randomSource } from '../test/helpers/random.js';
import { numberOption } from './number-option.js';

/**
 * Searches constants of the `nowcast` forecaster on synthetic scenes with synthetic detectors. It raises and lowers one
 * constant after the other, and keeps a value that raises the mean streaming AP. Prints a table for trials that the
 * search has not seen.
 *
 *     npm run build && node dist/bench/tune-forecast.js [--rounds N] [--trials N] [--seed N]
 */
const { values } = parseArgs({
  options: {
    /** Rounds of the search; 0 measures the constants as they are. */
    rounds: { type: 'string', default: '0' },
    trials: { type: 'string', default: '30' },
    /** Seed of the search's first trial; the trials of the table have seeds from 1000 on. */
    seed: { type: 'string', default: '1' },
  },
});
const rounds = numberOption('rounds', values.rounds, { min: 0, isInteger: true });
const trialCount = numberOption('trials', values.trials, { min: 1, isInteger: true });
const seed = numberOption('seed', values.seed, { min: 0, isInteger: true });
const CHECK_SEED = 1000;
/** Factors of the first round; later rounds take smaller steps. */
const FIRST_STEP = 0.5;
const STEP_SHRINKS = 0.7;
/** A smaller change is chance. */
const LEAST_GAIN = 2e-5;
/**
 * Constants that the search leaves alone. AP depends only on the order of scores, but people see the scores too: the
 * search would let a box that is sure at 0.9 fade to 0.3, and let ghosts stay.
 */
const HELD = new Set<keyof NowcastTuning>([
  'scoreMemory',
  'unconfirmed',
  'fade',
  'missed',
  'maxMisses',
  'ghostMs',
  'maxOverlap',
  'reachMs',
  'standMs',
  'sparseMs',
  'maxGrowth',
  'sureScore',
  'switchIou',
  'doubleIou',
  'minIou',
]);

const trialsFrom = (first: number): Trial[] => Array.from({ length: trialCount }, (_, i) => drawTrial(first + i));
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
const meanAp = (trials: readonly Trial[], tuning: NowcastTuning): number =>
  mean(trials.map((trial) => streamingAp(trial, () => nowcastTracker({}, tuning))));

const tuned = rounds > 0 ? search(trialsFrom(seed)) : NOWCAST_TUNING;
console.log(tuned);
report(trialsFrom(CHECK_SEED), tuned);

function search(trials: readonly Trial[]): NowcastTuning {
  const { uniform } = randomSource(seed);
  const names = (Object.keys(NOWCAST_TUNING) as (keyof NowcastTuning)[]).filter((name) => !HELD.has(name));
  let best = NOWCAST_TUNING;
  let bestAp = meanAp(trials, best);
  for (let round = 0, step = FIRST_STEP; round < rounds; round++, step *= STEP_SHRINKS) {
    const order = names.map((name) => ({ name, at: uniform() })).sort((a, b) => a.at - b.at);
    for (const { name } of order) {
      for (const direction of [1, -1]) {
        const tuning = { ...best, [name]: Number((best[name] * (1 + step) ** direction).toPrecision(3)) };
        const ap = meanAp(trials, tuning);
        if (ap < bestAp + LEAST_GAIN) continue;
        best = tuning;
        bestAp = ap;
        console.log(`round ${round + 1}: ${name} ${best[name]}, mean AP ${ap.toFixed(4)}`);
        break;
      }
    }
  }
  return best;
}

function report(trials: readonly Trial[], tuning: NowcastTuning): void {
  const rows = trials.map((trial) => ({
    scenes: trial.kind,
    'frames/s': 1000 / trial.frameMs,
    'runtime (frames)': trial.meanRuntimeFrames,
    'centre noise': trial.centreNoise,
    none: streamingAp(trial),
    kalman: streamingAp(trial, (frameIntervalMs) => kalmanTracker({ frameIntervalMs })),
    nowcast: streamingAp(trial, () => nowcastTracker({}, tuning)),
  }));
  console.table(
    rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([key, value]) => [key, typeof value === 'number' ? Number(value.toFixed(3)) : value]),
      ),
    ),
  );
  const over = (kind: Trial['kind'] | undefined, key: 'none' | 'kalman' | 'nowcast'): string =>
    mean(rows.filter(({ scenes }) => kind === undefined || scenes === kind).map((row) => row[key])).toFixed(4);
  for (const kind of ['drive', 'overlook', undefined] as const) {
    console.log(
      `mean AP, ${kind ?? 'all'}: none ${over(kind, 'none')}, kalman ${over(kind, 'kalman')}, nowcast ${over(kind, 'nowcast')}`,
    );
  }
}
