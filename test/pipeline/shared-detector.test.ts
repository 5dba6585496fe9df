import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EMPTY, NEVER, Subject, type Subscription } from 'rxjs';
import { DetectorFailedError, ModelError } from '../../src/core/errors.js';
import type { SourceEvent } from '../../src/core/events.js';
import { createPipeline, type StreamOptions } from '../../src/pipeline/create-pipeline.js';
import { SharedDetector } from '../../src/pipeline/shared-detector.js';
import { policyByName } from '../../src/scheduling/kinds.js';
import { FakeDetector, settled } from '../helpers/fake-detector.js';
import { FrameLedger, nameOf } from '../helpers/frames.js';
import { shareOf, simulate } from './simulated-cameras.js';

/** Pipelines with one source each, beside one detector. */
function start(hosts = 1) {
  const detector = new FakeDetector(hosts);
  const shared = new SharedDetector(detector);
  const ledger = new FrameLedger();
  const seen: string[] = [];
  const stops = new Map<string, Subject<void>>();
  const subscriptions = new Map<string, Subscription>();
  const join = (id: string, options: Partial<StreamOptions> = {}): Subject<SourceEvent> => {
    const source = new Subject<SourceEvent>();
    const stop = new Subject<void>();
    stops.set(id, stop);
    subscriptions.set(
      id,
      createPipeline({ sources: [source], detector: shared, clock: { now: () => 0 }, stop, ...options }).subscribe({
        next: (event) => seen.push(`${id}: ${nameOf(event)}`),
        error: (error: Error) => seen.push(`${id}: ${error.name}`),
        complete: () => seen.push(`${id}: complete`),
      }),
    );
    return source;
  };
  return { detector, shared, ledger, seen, join, stops, subscriptions };
}

describe('pipelines that share a detector', () => {
  it('give it one frame at a time, of one pipeline after the other', async () => {
    const { detector, ledger, seen, join } = start();
    const [a, b] = [join('a'), join('b')];
    a.next(ledger.frame('a', 0));
    b.next(ledger.frame('b', 0));
    a.next(ledger.frame('a', 1));
    assert.equal(detector.jobs.length, 1);
    for (const job of [0, 1, 2]) {
      detector.jobs[job].finish();
      await settled();
    }
    assert.deepEqual(seen, ['a: percept a/0', 'b: percept b/0', 'a: percept a/1']);
  });

  it('begin and end at any time; one that stops drops its frames and leaves those of the others', async () => {
    const { detector, ledger, seen, join, stops } = start();
    const a = join('a');
    a.next(ledger.frame('a', 0));
    const b = join('b');
    b.next(ledger.frame('b', 0));
    a.next(ledger.frame('a', 1));
    stops.get('a')!.next();
    detector.jobs[0].finish();
    await settled();
    assert.equal(detector.jobs.length, 2, 'the detector works for the other one');
    const again = join('a');
    again.next(ledger.frame('a', 0));
    detector.jobs[1].finish();
    await settled();
    detector.jobs[2].finish();
    await settled();
    assert.deepEqual(seen, ['a: stopped a/1', 'a: percept a/0', 'a: complete', 'b: percept b/0', 'a: percept a/0']);
    assert.deepEqual(ledger.open, []);
  });

  it('wait for the answer to a frame whose pipeline has gone before the next frame starts', async () => {
    const { detector, ledger, seen, join, subscriptions } = start();
    const [a, b] = [join('a'), join('b')];
    a.next(ledger.frame('a', 0));
    b.next(ledger.frame('b', 0));
    subscriptions.get('a')!.unsubscribe();
    await settled();
    assert.equal(detector.jobs.length, 1, 'its process still works on the frame');
    detector.jobs[0].finish();
    await settled();
    detector.jobs[1].finish();
    await settled();
    assert.deepEqual(seen, ['b: percept b/0']);
  });

  it('fail alone: a policy that throws ends its own pipeline', async () => {
    const { detector, ledger, seen, join } = start();
    const broken = {
      name: 'broken',
      initial: null,
      decide: () => {
        throw new Error('a mistake');
      },
    };
    const [a, b] = [join('a', { policy: broken }), join('b')];
    b.next(ledger.frame('b', 0));
    a.next(ledger.frame('a', 0));
    detector.jobs[0].finish();
    await settled();
    b.next(ledger.frame('b', 1));
    detector.jobs[1].finish();
    await settled();
    assert.deepEqual(seen, ['b: percept b/0', 'a: stopped a/0', 'a: ExtensionError', 'b: percept b/1']);
    assert.deepEqual(ledger.open, []);
  });

  it('learn of the return of a detector that was lost with a frame of a pipeline that has ended', async () => {
    const { detector, shared, ledger, seen, join, stops } = start();
    const [a] = [join('a'), join('b')];
    a.next(ledger.frame('a', 0));
    detector.jobs[0].fail(new DetectorFailedError('killed'));
    await settled();
    assert.equal(shared.isDown, true);
    stops.get('a')!.next();
    detector.recover();
    await settled();
    assert.equal(shared.isDown, false);
    assert.deepEqual(seen, ['a: detector-failed a/0', 'a: detector-lost', 'a: complete', 'b: detector-ready']);
  });

  it('drop the frames of the others by the cause while the detector hangs with a frame of one', async () => {
    const detector = new FakeDetector();
    const shared = new SharedDetector(detector);
    const ledger = new FrameLedger();
    const seen: string[] = [];
    let nowMs = 0;
    const [a, b] = ['a', 'b'].map(() => {
      const source = new Subject<SourceEvent>();
      createPipeline({ sources: [source], detector: shared, clock: { now: () => nowMs } }).subscribe((event) =>
        seen.push(nameOf(event)),
      );
      return source;
    });
    a.next(ledger.frame('a', 0));
    nowMs = 10;
    detector.jobs[0].finish();
    await settled();
    a.next(ledger.frame('a', 1));
    // Four times the usual time is unusual.
    nowMs = 60;
    b.next(ledger.frame('b', 0));
    b.next(ledger.frame('b', 1));
    detector.jobs[1].fail(new DetectorFailedError('it hung'));
    await settled();
    b.next(ledger.frame('b', 2));
    assert.deepEqual(seen, [
      'percept a/0',
      'detector-failed a/1',
      'detector-lost',
      'detector-down b/0',
      'detector-down b/1',
    ]);
  });

  it('hand one frame more over only while all of them keep every frame', async () => {
    const { detector, ledger, join, stops } = start();
    const every = { policy: policyByName('every') };
    const [a, b] = [join('a', every), join('b', every)];
    a.next(ledger.frame('a', 0));
    b.next(ledger.frame('b', 0));
    assert.equal(detector.jobs.length, 2);
    join('c');
    detector.jobs[0].finish();
    a.next(ledger.frame('a', 1));
    await settled();
    assert.equal(detector.jobs.length, 2);
    stops.get('c')!.next();
    b.next(ledger.frame('b', 1));
    assert.equal(detector.jobs.length, 3);
  });

  it('fail together if the detector cannot work any longer', async () => {
    const { detector, ledger, seen, join } = start();
    const [a, b] = [join('a'), join('b')];
    a.next(ledger.frame('a', 0));
    b.next(ledger.frame('b', 0));
    detector.jobs[0].fail(new ModelError('it is lost'));
    await settled();
    assert.deepEqual(seen, ['a: detector-failed a/0', 'a: ModelError', 'b: stopped b/0', 'b: ModelError']);
    assert.deepEqual(ledger.open, []);
  });

  it('leave those of another detector alone', async () => {
    const [first, second] = [start(), start()];
    const [a, b] = [first.join('a'), second.join('b')];
    a.next(first.ledger.frame('a', 0));
    b.next(second.ledger.frame('b', 0));
    first.detector.jobs[0].fail(new ModelError('it is lost'));
    await settled();
    second.detector.jobs[0].finish();
    await settled();
    b.next(second.ledger.frame('b', 1));
    second.detector.jobs[1].finish();
    await settled();
    assert.deepEqual(second.seen, ['b: percept b/0', 'b: percept b/1']);
  });

  it('complete at once without frames, and stay with a silent source', () => {
    const shared = new SharedDetector(new FakeDetector());
    const seen: string[] = [];
    for (const [name, source] of [
      ['empty', EMPTY],
      ['silent', NEVER],
    ] as const)
      createPipeline({ sources: [source], detector: shared, clock: { now: () => 0 } }).subscribe({
        complete: () => seen.push(name),
      });
    assert.deepEqual(seen, ['empty']);
  });
});

describe('the shares of cameras in a detector', function () {
  this.timeout(60_000);
  const phases = (count: number) => fc.array(fc.integer({ min: 0, max: 99 }), { minLength: count, maxLength: count });
  const runtimeMs = fc.record({ least: fc.integer({ min: 20, max: 60 }), spread: fc.integer({ min: 10, max: 30 }) });
  const LENGTH_MS = 30_000;

  for (const { latencyBudgetMs, lengthMs } of [
    { latencyBudgetMs: undefined, lengthMs: LENGTH_MS },
    { latencyBudgetMs: 100, lengthMs: 4 * LENGTH_MS },
  ])
    it(`are within 10 % of each other for 8 equal cameras, with the budget ${latencyBudgetMs ?? 'none'}`, async () => {
      await fc.assert(
        fc.asyncProperty(phases(8), runtimeMs, fc.integer(), async (phase, runtime, seed) => {
          const found = await simulate({
            cameras: phase.map((phaseMs) => ({ phaseMs, periodMs: 100, jitterMs: 20, latencyBudgetMs })),
            runtime,
            seed,
            lengthMs,
          });
          const shares = found.map(shareOf);
          assert.ok(Math.max(...shares) <= 1.1 * Math.min(...shares), shares.join(' '));
        }),
        { numRuns: 8 },
      );
    });

  for (const [name, phase] of [
    ['one after the other', [0, 25, 50, 75]],
    ['together', [0, 0.7, 1.4, 2.1]],
  ] as const)
    it(`are within 10 % of each other under a budget for cameras in step whose frames come ${name}`, async () => {
      const found = await simulate({
        cameras: phase.map((phaseMs) => ({ phaseMs, periodMs: 100, latencyBudgetMs: 100 })),
        runtime: { least: 95, spread: 0 },
        seed: 1,
        lengthMs: 4 * LENGTH_MS,
      });
      const shares = found.map(shareOf);
      assert.ok(Math.max(...shares) <= 1.1 * Math.min(...shares), shares.join(' '));
      // Of ten runs in a second, the waits for a camera's turn may cost three.
      assert.ok(shares.reduce((sum, share) => sum + share, 0) > 0.7, shares.join(' '));
    });

  it('are of equal age for 16 cameras in overload', async () => {
    await fc.assert(
      fc.asyncProperty(phases(16), runtimeMs, fc.integer(), async (phase, runtime, seed) => {
        const found = await simulate({
          cameras: phase.map((phaseMs) => ({ phaseMs, periodMs: 100 })),
          runtime,
          seed,
          lengthMs: LENGTH_MS,
        });
        const ages = found.map(({ meanAgeMs }) => meanAgeMs);
        assert.ok(Math.max(...ages) <= 1.1 * Math.min(...ages), ages.join(' '));
      }),
      { numRuns: 8 },
    );
  });

  it('follow the priorities in overload', async () => {
    await fc.assert(
      fc.asyncProperty(phases(9), runtimeMs, fc.integer(), async (phase, runtime, seed) => {
        const priorities = [1, 1, 1, 1, 1, 2, 2, 2, 4];
        const found = await simulate({
          cameras: phase.map((phaseMs, i) => ({ phaseMs, periodMs: 33, priority: priorities[i] })),
          runtime: { least: runtime.least + 20, spread: runtime.spread },
          seed,
          lengthMs: LENGTH_MS,
        });
        const perPriority = found.map((one, i) => shareOf(one) / priorities[i]);
        assert.ok(Math.max(...perPriority) <= 1.25 * Math.min(...perPriority), perPriority.join(' '));
      }),
      { numRuns: 8 },
    );
  });
});
