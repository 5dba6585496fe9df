import assert from 'node:assert/strict';
import { map } from 'rxjs';
import type { PipelineEvent, SourceEvent } from '../../src/core/events.js';
import { DROP_REASONS, dropOf } from '../../src/core/events.js';
import { Measurements } from '../../src/pipeline/measurements.js';
import { measureEmitted, measureReceived } from '../../src/pipeline/operators/measure.js';
import { FrameLedger } from '../helpers/frames.js';
import { marbles } from '../helpers/marbles.js';

const ledger = new FrameLedger();
const percept: PipelineEvent = {
  type: 'percept',
  streamId: 'a',
  seq: 0,
  epoch: 0,
  ptsMs: 0,
  captureClock: 'wall',
  uncertaintyMs: 6,
  width: 64,
  height: 48,
  detections: [],
  overBudget: true,
  times: {
    capturedAtMs: 100,
    readyAtMs: 105,
    startedAtMs: 107,
    inferStartMs: 108,
    inferEndMs: 128,
    doneAtMs: 129,
    emittedAtMs: 130,
  },
};

describe('measurements', () => {
  it("count frames and a source's own drops as received, and frames without percept or drop as in flight", () =>
    marbles(({ cold, expectObservable, flush }) => {
      const measurements = new Measurements();
      const lost = dropOf(ledger.frame('b', 0), 'superseded', 0);
      expectObservable(
        cold<SourceEvent>('abc|', { a: ledger.frame('a', 0), b: lost, c: ledger.frame('a', 1) }).pipe(
          measureReceived(measurements),
          map(({ type }) => type),
        ),
      ).toBe('fdf|', { f: 'frame', d: 'drop' });
      expectObservable(
        cold<PipelineEvent>('ab|', { a: percept, b: lost }).pipe(
          measureEmitted(measurements),
          map(({ type }) => type),
        ),
      ).toBe('pd|', { p: 'percept', d: 'drop' });
      flush();
      const { received, percepts, drops, inFlight, overBudget } = measurements.total();
      assert.deepEqual([received, percepts, drops.superseded, inFlight, overBudget], [3, 1, 1, 1, 1]);
      const { a, b } = measurements.snapshot().streams;
      assert.deepEqual([a.received, a.latencyMs.count, Math.round(a.latencyMs.p50)], [2, 1, 30]);
      assert.deepEqual([b.received, b.latencyMs.count], [1, 0]);
      assert.deepEqual(
        [a.captureClocks, a.uncertaintyMs.count, Math.round(a.uncertaintyMs.p50)],
        [{ sender: 0, arrival: 0, wall: 1 }, 1, 6],
      );
      assert.deepEqual([b.captureClocks, b.uncertaintyMs.count], [{ sender: 0, arrival: 0, wall: 0 }, 0]);
    }));

  it('measure each stage from one stamp to the next, and the overhead over the bare run', () => {
    const measurements = new Measurements();
    measurements.emitted(percept);
    const { stagesMs } = measurements.snapshot();
    const p50 = Object.fromEntries(
      Object.entries(stagesMs).map(([stage, distribution]) => [stage, Math.round(distribution.p50)]),
    );
    assert.deepEqual(p50, {
      transport: 5,
      wait: 2,
      handover: 1,
      infer: 20,
      postprocess: 1,
      emit: 1,
      latency: 30,
      overhead: 5,
    });
    assert.equal(stagesMs.latency.count, 1);
  });

  it('count drops of every reason', () => {
    const measurements = new Measurements();
    DROP_REASONS.forEach((reason, seq) => {
      const drop = dropOf(ledger.frame('c', seq), reason, 0);
      measurements.received(drop);
      measurements.emitted(drop);
    });
    const { total } = measurements.snapshot();
    assert.deepEqual(total.drops, Object.fromEntries(DROP_REASONS.map((reason) => [reason, 1])));
    assert.equal(total.inFlight, 0);
  });

  it('are zero before the first event, also for streams that are known beforehand', () => {
    const { total, streams, stagesMs } = new Measurements(['a']).snapshot();
    assert.deepEqual(streams, {
      a: {
        ...total,
        latencyMs: stagesMs.latency,
        captureClocks: { sender: 0, arrival: 0, wall: 0 },
        uncertaintyMs: stagesMs.latency,
      },
    });
    assert.equal(total.received, 0);
    assert.deepEqual(stagesMs.latency, { count: 0, mean: 0, min: 0, p50: 0, p90: 0, p99: 0, max: 0 });
  });
});
