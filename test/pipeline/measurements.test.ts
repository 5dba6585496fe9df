import assert from 'node:assert/strict';
import type { PerceptEvent } from '../../src/core/events.js';
import { Measurements } from '../../src/pipeline/measurements.js';

describe('Measurements', () => {
  it('tells a stage that took no time as 0, not as the histogram\'s ceiling', () => {
    const measurements = new Measurements();
    const times = { capturedAtMs: 1, readyAtMs: 1, startedAtMs: 1, inferStartMs: 2, inferEndMs: 9, doneAtMs: 9, emittedAtMs: 10 };
    measurements.emitted({ type: 'percept', streamId: 'a', seq: 0, epoch: 0, ptsMs: 0, width: 1, height: 1, times, detections: [], overBudget: false } satisfies PerceptEvent);
    const { stagesMs } = measurements.snapshot();
    assert.deepEqual(stagesMs.transport, { count: 1, mean: 0, min: 0, p50: 0, p90: 0, p99: 0, max: 0 });
    assert.equal(stagesMs.latency.min, 9);
  });
});
