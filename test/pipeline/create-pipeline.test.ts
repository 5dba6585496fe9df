import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Subject } from 'rxjs';
import { DetectorFailedError } from '../../src/core/errors.js';
import { dropOf, type PipelineEvent, type SourceEvent } from '../../src/core/events.js';
import { policyByName } from '../../src/scheduling/kinds.js';
import { createPipeline } from '../../src/pipeline/create-pipeline.js';
import { Measurements } from '../../src/pipeline/measurements.js';
import { FakeDetector, settled } from '../helpers/fake-detector.js';
import { FrameLedger, nameOf } from '../helpers/frames.js';
import { trackerByName } from '../../src/track/kinds.js';

type Action = 'frame-a' | 'frame-b' | 'corrupt-a' | 'finish' | 'fail' | 'recover' | 'source-drop-a' | 'tick';
const ACTIONS: Action[] = ['frame-a', 'frame-b', 'corrupt-a', 'finish', 'fail', 'recover', 'source-drop-a', 'tick'];

describe('createPipeline', () => {
  for (const policy of ['idle-free', 'idle-next', 'shrinking-tail', 'threshold', 'stride:3', 'every']) {
    it(`${policy}: received = percepts + drops + in flight at every event, and every frame is released once`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.constantFrom(...ACTIONS), { maxLength: 60 }),
          fc.constantFrom(undefined, 5, 50),
          fc.constantFrom(1, 2),
          async (actions, latencyBudgetMs, hosts) => {
            const detector = new FakeDetector(hosts);
            const ledger = new FrameLedger();
            const sources = { a: new Subject<SourceEvent>(), b: new Subject<SourceEvent>() };
            const stop = new Subject<void>();
            const measurements = new Measurements();
            const seqs = { a: 0, b: 0 };
            let nowMs = 0;
            let completed = false;
            const outcomes = new Map<string, number>();
            createPipeline({
              sources: [sources.a, sources.b],
              detector,
              clock: { now: () => nowMs },
              policy: policyByName(policy),
              latencyBudgetMs,
              measurements,
              stop,
              tracker: trackerByName('kalman'),
              forecast: true,
            }).subscribe({
              next: (event) => {
                if (event.type === 'percept' || event.type === 'drop')
                  outcomes.set(
                    `${event.streamId}/${event.seq}`,
                    (outcomes.get(`${event.streamId}/${event.seq}`) ?? 0) + 1,
                  );
                const total = measurements.total();
                assert.ok(total.inFlight >= 0, `in flight ${total.inFlight}`);
                if (policy !== 'every')
                  assert.ok(total.inFlight <= 2 * 2, 'live, a stream has one frame waiting and one under way');
              },
              complete: () => {
                completed = true;
              },
            });
            const frame = (stream: 'a' | 'b', corrupt = false): void =>
              sources[stream].next(ledger.frame(stream, seqs[stream]++, { capturedAtMs: nowMs, corrupt }));
            for (const action of actions) {
              switch (action) {
                case 'frame-a':
                  frame('a');
                  break;
                case 'frame-b':
                  frame('b');
                  break;
                case 'corrupt-a':
                  frame('a', true);
                  break;
                case 'source-drop-a': {
                  const lost = ledger.frame('a', seqs.a++, { capturedAtMs: nowMs });
                  lost.release();
                  sources.a.next(dropOf(lost, 'superseded', nowMs));
                  break;
                }
                case 'finish':
                  detector.jobs.shift()?.finish([], nowMs, nowMs);
                  break;
                case 'fail':
                  detector.jobs.shift()?.fail(new DetectorFailedError('killed'));
                  break;
                case 'recover':
                  detector.recover();
                  break;
                case 'tick':
                  nowMs += 7;
                  break;
              }
              nowMs += 1;
              await settled();
            }
            stop.next();
            for (let i = 0; i < 200 && !completed; i++) {
              detector.jobs.shift()?.finish([], nowMs, nowMs);
              detector.recover();
              await settled();
            }
            assert.ok(completed, 'the pipeline ends after a stop');
            const received = seqs.a + seqs.b;
            assert.equal(measurements.total().received, received);
            assert.equal(measurements.total().inFlight, 0);
            assert.equal(outcomes.size, received, 'every frame has an outcome');
            assert.ok(
              [...outcomes.values()].every((count) => count === 1),
              'and only one',
            );
            assert.deepEqual(
              [...ledger.releases].filter(([, count]) => count !== 1),
              [],
            );
          },
        ),
        { numRuns: 60 },
      );
    });
  }

  it('every: percepts come out in order although two hosts finish out of order', async () => {
    const detector = new FakeDetector(2);
    const ledger = new FrameLedger();
    const source = new Subject<SourceEvent>();
    const events: PipelineEvent[] = [];
    createPipeline({ sources: [source], detector, clock: { now: () => 0 }, policy: policyByName('every') }).subscribe(
      (event) => events.push(event),
    );
    for (let seq = 0; seq < 3; seq++) source.next(ledger.frame('a', seq));
    assert.equal(detector.jobs.length, 3, 'one more than there are hosts is handed over');
    for (const i of [2, 0, 1]) {
      detector.jobs[i].finish();
      await settled();
    }
    assert.deepEqual(events.map(nameOf), ['percept a/0', 'percept a/1', 'percept a/2']);
  });

  it('ends when stopped although its detector stays away, with every frame counted by its cause', async () => {
    const ledger = new FrameLedger();
    const detector = new FakeDetector();
    const source = new Subject<SourceEvent>();
    const stop = new Subject<void>();
    const names: string[] = [];
    createPipeline({ sources: [source], detector, clock: { now: () => 0 }, stop }).subscribe({
      next: (event) => names.push(nameOf(event)),
      complete: () => names.push('complete'),
    });
    for (const seq of [0, 1, 2]) source.next(ledger.frame('a', seq));
    detector.jobs[0].fail(new DetectorFailedError('killed'));
    await settled();
    source.next(ledger.frame('a', 3));
    stop.next();
    assert.deepEqual(names, [
      'superseded a/1',
      'detector-failed a/0',
      'detector-lost',
      'detector-down a/2',
      'detector-down a/3',
      'complete',
    ]);
    assert.deepEqual(ledger.open, []);
  });

  it('subscribes to the sources with its own subscription, not before, and unsubscribes at once', () => {
    const source = new Subject<SourceEvent>();
    const events = createPipeline({ sources: [source], detector: new FakeDetector(), clock: { now: () => 0 } });
    assert.equal(source.observed, false);
    const subscription = events.subscribe();
    assert.equal(source.observed, true);
    subscription.unsubscribe();
    assert.equal(source.observed, false);
  });

  it('gives each stream the detections and the tracker of its own', async () => {
    const detector = new FakeDetector();
    const ledger = new FrameLedger();
    const sources = { a: new Subject<SourceEvent>(), b: new Subject<SourceEvent>() };
    const seen: PipelineEvent[] = [];
    createPipeline({
      sources: [sources.a, sources.b],
      detector,
      clock: { now: () => 0 },
      keep: ({ score }) => score >= 0.5,
      streams: new Map([['b', { keep: ({ score }) => score < 0.5, tracker: trackerByName('kalman'), forecast: true }]]),
    }).subscribe((event) => seen.push(event));
    const box = { x1: 0, y1: 0, x2: 10, y2: 10 };
    const found = [0.9, 0.3].map((score) => ({ box, score, classId: 0, className: 'thing' }));
    for (const stream of ['a', 'b'] as const) {
      sources[stream].next(ledger.frame(stream, 0));
      detector.jobs.shift()!.finish(found);
      await settled();
    }
    const [ofA, ofB] = seen.map((event) => (event.type === 'percept' ? event : undefined));
    assert.deepEqual(
      [ofA, ofB].map((percept) => percept?.detections.map(({ score, trackId }) => [score, trackId !== undefined])),
      [[[0.9, false]], [[0.3, true]]],
    );
    assert.deepEqual([ofA?.forecast, ofB?.forecast?.forecaster], [undefined, 'kalman']);
  });
});
