import assert from 'node:assert/strict';
import { nowcastTracker } from '../../src/track/nowcast-tracker.js';
import type { Tracker } from '../../src/track/tracker.js';
import { drawTrial, streamingAp, type Trial } from '../helpers/forecast-trial.js';

const TRIALS = Array.from({ length: 12 }, (_, i) => drawTrial(3001 + i, 2, 240));
/** Differences of the means below this are noise. */
const NOISE = 0.001;

/** The trial with an output every `everyMs`, which takes `runtimeMs`. */
function slowed(trial: Trial, everyMs: number, runtimeMs: number): Trial {
  const step = Math.round(everyMs / trial.frameMs);
  const runs = trial.runs.map((run) => ({
    ...run,
    outputs: Array.from({ length: Math.ceil(run.scene.frames.length / step) }, (_, i) => ({
      atFrames: i * step + runtimeMs / trial.frameMs,
      input: i * step,
    })),
  }));
  return { ...trial, runs };
}

describe('nowcast at low rates', () => {
  for (const rate of [0.5, 0.7, 1, 2, 3, 5]) {
    for (const runtimeMs of [100, 1000 / rate]) {
      it(`is at least as accurate as no forecast, at ${rate} percepts a second of ${Math.round(runtimeMs)} ms`, () => {
        for (const kind of ['drive', 'overlook'] as const) {
          const trials = TRIALS.filter((trial) => trial.kind === kind);
          const slow = trials.map((trial) => slowed(trial, 1000 / rate, runtimeMs));
          const mean = (newTracker?: () => Tracker): number =>
            slow.reduce((sum, trial) => sum + streamingAp(trial, newTracker), 0) / slow.length;
          const [forecast, none] = [mean(() => nowcastTracker()), mean()];
          assert.ok(forecast >= none - NOISE, `${kind}: ${forecast} against ${none}`);
        }
      });
    }
  }
});
