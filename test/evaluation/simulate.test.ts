import assert from 'node:assert/strict';
import fc from 'fast-check';
import { policyByName } from '../../src/scheduling/kinds.js';
import { drawnRuntimes, parseRuntimeTrace, traceRuntimes } from '../../evaluation/runtimes.js';
import { simulateSequence, type SimulatedSequence } from '../../evaluation/simulate.js';

const POLICIES = ['idle-free', 'idle-next', 'shrinking-tail', 'threshold', 'stride:1', 'stride:2', 'stride:3'];

/** Frame rates and lengths at which i / fps * fps is i again, so that the toolkit's clock offers no frame twice. */
const setting = fc.record({
  policy: fc.constantFrom(...POLICIES).map(policyByName),
  fps: fc.constantFrom(16, 32, 64),
  workers: fc.integer({ min: 1, max: 4 }),
  frames: fc.integer({ min: 1, max: 100 }),
  runtimesS: fc.array(fc.double({ min: 0, max: 0.3, noNaN: true }), { minLength: 1, maxLength: 20 }),
});

describe('simulation', () => {
  it('runs no frame twice and accounts for each', () => {
    fc.assert(
      fc.property(setting, fc.nat(), ({ policy, fps, workers, frames, runtimesS }, seed) => {
        const { runs, drops } = simulateSequence(
          frames,
          { policy, fps, workers, knownRuntimesS: runtimesS },
          drawnRuntimes(runtimesS, seed),
        );
        const seen = [...runs, ...drops].map(({ frame }) => frame).sort((a, b) => a - b);
        assert.deepEqual(
          seen,
          Array.from({ length: frames }, (_, i) => i),
        );
      }),
    );
  });

  it('starts no frame before it is available, on no more workers than there are', () => {
    fc.assert(
      fc.property(setting, fc.nat(), ({ policy, fps, workers, frames, runtimesS }, seed) => {
        const { runs } = simulateSequence(
          frames,
          { policy, fps, workers, knownRuntimesS: runtimesS },
          drawnRuntimes(runtimesS, seed),
        );
        for (const { frame, startS, endS } of runs) {
          assert.ok(startS >= frame / fps);
          assert.ok(endS < frames / fps);
          const busy = runs.filter((other) => other.startS <= startS && startS < other.endS).length;
          assert.ok(busy <= workers, `${busy} of ${workers} workers are busy`);
        }
      }),
    );
  });

  it('ends at any frame rate, even when runs take no time', () => {
    for (const name of POLICIES) {
      const { runs } = simulateSequence(
        1000,
        { policy: policyByName(name), fps: 30, workers: 1, knownRuntimesS: [0] },
        () => 0,
      );
      assert.ok(runs.length >= 333, name);
    }
  });

  it('runs every frame at once if runs take no time', () => {
    const { runs, drops } = simulateSequence(1000, { policy: policyByName('idle-free'), fps: 30, workers: 1 }, () => 0);
    assert.deepEqual(
      runs.map(({ frame, endS }) => [frame, endS]),
      Array.from({ length: 1000 }, (_, i) => [i, i / 30]),
    );
    assert.deepEqual(drops, []);
  });

  it('takes the newest frame when the detector is free', () => {
    assert.deepEqual(framesOf(run('idle-free', [1.5, 1.5, 1.5])), [0, 1, 3]);
  });

  it('waits for the next frame by idle-next', () => {
    assert.deepEqual(framesOf(run('idle-next', [1.5, 1.5, 1.5])), [0, 2, 4]);
  });

  it('gives the reason and the time of each drop', () => {
    assert.deepEqual(
      run('stride:2', [0.5, 0.5, 0.5]).drops.map(({ frame, reason }) => [frame, reason]),
      [
        [1, 'stride'],
        [3, 'stride'],
        [5, 'stride'],
      ],
    );
    assert.deepEqual(run('idle-free', [2.5, 9]).drops, [
      { frame: 1, reason: 'superseded', atS: 2 },
      { frame: 2, reason: 'stopped', atS: 6 },
      { frame: 3, reason: 'superseded', atS: 4 },
      { frame: 4, reason: 'superseded', atS: 5 },
      { frame: 5, reason: 'stopped', atS: 6 },
    ]);
  });

  it('starts every frame on arrival with infinitely many workers, and lets an older one end later', () => {
    const { runs, drops } = simulateSequence(
      3,
      { policy: policyByName('idle-free'), fps: 1, workers: Infinity },
      traceRuntimes([1.5, 0.25, 0.25]),
    );
    assert.deepEqual(
      runs.map(({ frame, endS }) => [frame, endS]),
      [
        [1, 1.25],
        [0, 1.5],
        [2, 2.25],
      ],
    );
    assert.deepEqual(drops, []);
  });

  it('draws the same runtimes for the same seed', () => {
    const draws = (seed: number): number[] => Array.from({ length: 20 }, drawnRuntimes([1, 2, 3, 4, 5], seed));
    assert.deepEqual(draws(1), draws(1));
    assert.notDeepEqual(draws(1), draws(2));
  });

  it('reports a trace that is too short', () => {
    assert.throws(
      () => run('idle-free', [1]),
      /the runtime trace ends after 1 run, but the simulation needs more; record a longer trace/,
    );
  });

  it('refuses a trace that is not an array of seconds', () => {
    assert.throws(() => parseRuntimeTrace({}), /expected an array of seconds/);
    assert.throws(() => parseRuntimeTrace([]), /the array is empty/);
    assert.throws(() => parseRuntimeTrace([0.1, -1]), /entry 1 must be a number of seconds, 0 or more, got -1/);
  });
});

/** Six frames, one a second. */
function run(policy: string, runtimes: number[]): SimulatedSequence {
  return simulateSequence(
    6,
    { policy: policyByName(policy), fps: 1, workers: 1 },
    traceRuntimes([...runtimes, ...(runtimes.length > 1 ? Array<number>(9).fill(9) : [])]),
  );
}

function framesOf({ runs }: SimulatedSequence): number[] {
  return runs.map(({ frame }) => frame);
}
