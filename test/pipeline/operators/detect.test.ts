import assert from 'node:assert/strict';
import { DetectorFailedError, ExtensionError } from '../../../src/core/errors.js';
import type { PipelineEvent } from '../../../src/core/events.js';
import type { Frame } from '../../../src/core/frame.js';
import { RuntimeEstimator } from '../../../src/scheduling/runtime-profile.js';
import { DetectorOutage } from '../../../src/pipeline/detector-outage.js';
import { detect } from '../../../src/pipeline/operators/detect.js';
import { FakeDetector, settled } from '../../helpers/fake-detector.js';
import { FrameLedger, nameOf } from '../../helpers/frames.js';

type Seen = { readonly events: PipelineEvent[]; completed: boolean; error: unknown };

function setup(latencyBudgetMs?: number): {
  detector: FakeDetector;
  ledger: FrameLedger;
  clock: { nowMs: number };
  runtimes: RuntimeEstimator;
  outage: DetectorOutage;
  run(seq: number, over?: Partial<Frame>): Seen;
} {
  const detector = new FakeDetector();
  const ledger = new FrameLedger();
  const clock = { nowMs: 0 };
  const runtimes = new RuntimeEstimator();
  const outage = new DetectorOutage();
  const work = detect({
    detector,
    clock: { now: () => clock.nowMs },
    runtimes,
    outage,
    budgetOf: () => latencyBudgetMs,
  });
  return {
    detector,
    ledger,
    clock,
    runtimes,
    outage,
    run(seq, over) {
      const seen: Seen = { events: [], completed: false, error: undefined };
      work({ frame: ledger.frame('a', seq, over), startedAtMs: clock.nowMs, overBudget: false }).subscribe({
        next: (event) => seen.events.push(event),
        complete: () => {
          seen.completed = true;
        },
        error: (error: unknown) => {
          seen.error = error;
        },
      });
      return seen;
    },
  };
}

describe('detect', () => {
  it('makes one percept of a frame, with every stamp', async () => {
    const { detector, clock, runtimes, run } = setup();
    clock.nowMs = 3;
    const seen = run(0, { captureClock: 'wall', uncertaintyMs: 6 });
    clock.nowMs = 20;
    detector.jobs[0].finish([], 4, 18);
    await settled();
    assert.equal(seen.completed, true);
    assert.deepEqual(seen.events, [
      {
        type: 'percept',
        streamId: 'a',
        seq: 0,
        epoch: 0,
        ptsMs: 0,
        captureClock: 'wall',
        uncertaintyMs: 6,
        width: 64,
        height: 48,
        times: {
          capturedAtMs: 0,
          readyAtMs: 0,
          startedAtMs: 3,
          inferStartMs: 4,
          inferEndMs: 18,
          doneAtMs: 18,
          emittedAtMs: 20,
        },
        detections: [],
        overBudget: false,
      },
    ]);
    assert.equal(runtimes.medianMs(), 17);
  });

  it('releases the frame as soon as the detector has read it', () => {
    const { ledger, run } = setup();
    run(0);
    assert.deepEqual(ledger.open, []);
  });

  it('marks a percept that comes out later than the budget', async () => {
    const { detector, clock, run } = setup(10);
    const seen = run(0);
    clock.nowMs = 11;
    detector.jobs[0].finish();
    await settled();
    assert.equal(seen.events[0].type === 'percept' && seen.events[0].overBudget, true);
  });

  it('turns a lost frame into a drop and lasts until the detector is back', async () => {
    const { detector, runtimes, run } = setup();
    const seen = run(0);
    detector.jobs[0].fail(new DetectorFailedError('killed'));
    await settled();
    assert.deepEqual(seen.events.map(nameOf), ['detector-failed a/0', 'detector-lost']);
    assert.equal(seen.completed, false);
    detector.recover();
    await settled();
    assert.deepEqual(seen.events.map(nameOf), ['detector-failed a/0', 'detector-lost', 'detector-ready']);
    assert.equal(seen.completed, true);
    // They concern the whole run: a late client of the feed receives them in addition to the state of each stream.
    assert.ok(seen.events.every((event) => event.type !== 'status' || event.streamId === undefined));
    assert.equal(runtimes.profile(), undefined, 'a lost frame has no runtime');
  });

  it('reports the outage of the detector, from the loss until it is back', async () => {
    const { detector, outage, run } = setup();
    run(0);
    assert.equal(outage.isDown, false);
    detector.jobs[0].fail(new DetectorFailedError('killed'));
    await settled();
    assert.equal(outage.isDown, true);
    detector.recover();
    await settled();
    assert.equal(outage.isDown, false);
  });

  it('ends without the detector when no further frame comes, before or after the loss', async () => {
    const { detector, outage, run } = setup();
    const [before, after] = [run(0), run(1)];
    detector.jobs[0].fail(new DetectorFailedError('killed'));
    await settled();
    assert.equal(before.completed, false);
    outage.lastFrameIn();
    assert.equal(before.completed, true);
    detector.jobs[1].fail(new DetectorFailedError('killed'));
    await settled();
    assert.equal(after.completed, true);
    assert.equal(outage.isFinal, true);
    assert.deepEqual([...before.events, ...after.events].map(nameOf), [
      'detector-failed a/0',
      'detector-lost',
      'detector-failed a/1',
      'detector-lost',
    ]);
  });

  it('fails when the detector does not come back, and on any other error', async () => {
    const { detector, run } = setup();
    const lost = run(0);
    const reason = new Error('model is gone');
    detector.jobs[0].fail(new DetectorFailedError('killed'));
    await settled();
    detector.recover(reason);
    await settled();
    assert.ok(lost.error instanceof ExtensionError && lost.error.cause === reason);
    const other = run(1);
    detector.jobs[1].fail(reason);
    await settled();
    assert.deepEqual(other.events.map(nameOf), ['detector-failed a/1'], 'its frame comes out all the same');
    assert.ok(other.error instanceof ExtensionError && other.error.cause === reason);
    assert.equal(other.error.message, 'detector "fake.onnx" threw: model is gone');
  });
});
