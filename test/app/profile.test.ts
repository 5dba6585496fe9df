import assert from 'node:assert/strict';
import { measureRuntimes } from '../../src/app/profile.js';
import type { Detector } from '../../src/core/detector.js';
import { letterbox } from '../../src/core/fit.js';
import { FakeDetector } from '../helpers/fake-detector.js';

const SIZE = { width: 64, height: 48 };
const PICTURE = { size: SIZE, fit: letterbox(SIZE, { width: 32, height: 32 }), image: new Uint8Array(3 * 32 * 32) };

describe('measuring runtimes', () => {
  /** A detector whose n-th run takes `n` ms, one of it before and the rest inside the session's run. */
  function counting(): { detector: Detector; clock: { now: () => number }; mostUnderWay: () => number } {
    let nowMs = 0;
    let runs = 0;
    let underWay = 0;
    let most = 0;
    const { info, hosts } = new FakeDetector();
    const detector: Detector = {
      info,
      hosts,
      ready: () => Promise.resolve(),
      close: () => Promise.resolve(),
      [Symbol.asyncDispose]: () => Promise.resolve(),
      detect: async () => {
        most = Math.max(most, ++underWay);
        const startMs = nowMs;
        await Promise.resolve();
        nowMs += ++runs;
        underWay--;
        return { detections: [], times: { inferStartMs: startMs + 1, inferEndMs: nowMs, doneAtMs: nowMs } };
      },
    };
    return { detector, clock: { now: () => nowMs }, mostUnderWay: () => most };
  }

  it('omits the warm-up, and separates inference from the whole run', async () => {
    const { detector, clock, mostUnderWay } = counting();
    const told: number[] = [];
    const { runtimesMs, inferenceMs } = await measureRuntimes(detector, PICTURE, {
      runs: 3,
      warmUpRuns: 2,
      clock,
      signal: new AbortController().signal,
      onRun: (done) => told.push(done),
    });
    assert.deepEqual(runtimesMs, [3, 4, 5]);
    assert.deepEqual(inferenceMs, [2, 3, 4]);
    assert.deepEqual(told, [1, 2, 3, 4, 5]);
    assert.equal(mostUnderWay(), 1);
  });

  it('ends when it is aborted', async () => {
    const { detector, clock } = counting();
    const controller = new AbortController();
    const measured = measureRuntimes(detector, PICTURE, {
      runs: 100,
      warmUpRuns: 0,
      clock,
      signal: controller.signal,
      onRun: (done) => {
        if (done === 2) controller.abort();
      },
    });
    await assert.rejects(measured, { name: 'AbortError' });
  });
});
