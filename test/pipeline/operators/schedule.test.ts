import assert from 'node:assert/strict';
import { map, NEVER, Subject, Subscription, take, tap, type Observable } from 'rxjs';
import type { SourceEvent } from '../../../src/core/events.js';
import type { Frame } from '../../../src/core/frame.js';
import { every } from '../../../src/scheduling/policies/every.js';
import { idleFree } from '../../../src/scheduling/policies/idle-free.js';
import { idleNext } from '../../../src/scheduling/policies/idle-next.js';
import { shrinkingTail } from '../../../src/scheduling/policies/shrinking-tail.js';
import { stride } from '../../../src/scheduling/policies/stride.js';
import type { Policy } from '../../../src/scheduling/policy.js';
import { RuntimeEstimator } from '../../../src/scheduling/runtime-profile.js';
import { DetectorOutage } from '../../../src/pipeline/detector-outage.js';
import { schedule, type ScheduleOptions } from '../../../src/pipeline/operators/schedule.js';
import { FrameLedger, nameOf } from '../../helpers/frames.js';
import { marbles } from '../../helpers/marbles.js';

type Run = Omit<Partial<ScheduleOptions>, 'stop'> & {
  /** Small letters are frames of stream a, capitals of stream B; a letter's place in the alphabet is its seq. */
  readonly source: string;
  /** The detector's runtime, as a diagram that ends in `(x|)`. */
  readonly work: string;
  readonly runtimesMs?: readonly number[];
  readonly stop?: string;
  readonly unsubscribe?: string;
  /** The subscriber leaves after this many events, during the last one. */
  readonly takes?: number;
  readonly transportMs?: number;
  readonly corrupt?: string;
};

/** The output as `time name`, in virtual time. Fails unless every frame is released exactly once. */
function timelineOf({
  source,
  work,
  runtimesMs = [],
  stop,
  unsubscribe,
  takes = Infinity,
  transportMs = 0,
  corrupt,
  ...options
}: Run): string[] {
  const timeline: string[] = [];
  const ledger = new FrameLedger();
  marbles(({ hot, cold, expectObservable }, scheduler) => {
    const runtimes = new RuntimeEstimator();
    for (const ms of runtimesMs) runtimes.add(ms);
    const note = (name: string): void => {
      timeline.push(`${scheduler.now()} ${name}`);
    };
    const events: Observable<SourceEvent> = hot(source).pipe(
      map((letter) => {
        const lower = letter.toLowerCase();
        const over: Partial<Frame> = {
          capturedAtMs: scheduler.now() - transportMs,
          readyAtMs: scheduler.now(),
          ptsMs: scheduler.now(),
          corrupt: letter === corrupt,
        };
        return ledger.frame(lower === letter ? 'a' : 'B', lower.charCodeAt(0) - 97, over);
      }),
    );
    const result = events.pipe(
      schedule(
        { policy: idleFree, clock: scheduler, runtimes, ...options, stop: stop === undefined ? undefined : hot(stop) },
        ({ frame, overBudget }) => {
          frame.release();
          return cold(work).pipe(
            map(() => `${overBudget ? 'over-budget ' : ''}percept ${frame.streamId}/${frame.seq}`),
          );
        },
      ),
      tap((event) => note(typeof event === 'string' ? event : nameOf(event))),
      take(takes),
      tap({ complete: () => note('complete'), error: (error: unknown) => note(String(error)) }),
    );
    expectObservable(result.pipe(map(() => 0)), unsubscribe);
  }, false);
  assert.deepEqual(
    [...ledger.releases].filter(([, count]) => count !== 1),
    [],
    'every frame is released once',
  );
  return timeline;
}

describe('schedule', () => {
  it('idle-free: the newest frame runs, and the frame that it replaces is a drop', () => {
    assert.deepEqual(timelineOf({ source: 'a-b-c-d-----|', work: '-----(x|)' }), [
      '4 superseded a/1',
      '5 percept a/0',
      '10 percept a/2',
      '15 percept a/3',
      '15 complete',
    ]);
  });

  it('names an outage of the detector as the reason for what it passes over meanwhile', () => {
    const outage = new DetectorOutage();
    const back = outage.begin(() => undefined);
    // The work is the wait for the detector.
    assert.deepEqual(timelineOf({ source: 'a-b-c-----|', work: '------(x|)', outage }), [
      '4 detector-down a/1',
      '6 percept a/0',
      '12 percept a/2',
      '12 complete',
    ]);
    back();
    assert.deepEqual(timelineOf({ source: 'a-b-c-----|', work: '------(x|)', outage })[0], '4 superseded a/1');
  });

  it('holds drops while a run takes unusually long, until the detector answers', () => {
    // Usual are 2 ms; more than 8 are unusual.
    const run = { source: 'abcdefghijklmnopqrs---|', work: '------------(x|)', runtimesMs: [2] };
    assert.deepEqual(timelineOf(run), [
      ...[2, 3, 4, 5, 6, 7, 8].map((ms) => `${ms} superseded a/${ms - 1}`),
      '12 percept a/0',
      '12 superseded a/8',
      '12 superseded a/9',
      '12 superseded a/10',
      '12 superseded a/11',
      '14 superseded a/13',
      '15 superseded a/14',
      '16 superseded a/15',
      '17 superseded a/16',
      '18 superseded a/17',
      '24 percept a/12',
      '36 percept a/18',
      '36 complete',
    ]);
  });

  it('starts no work with a detector that nobody waits for', () => {
    const outage = new DetectorOutage();
    outage.begin(() => undefined);
    outage.lastFrameIn();
    assert.deepEqual(timelineOf({ source: 'a-b-(c|)', work: '-(x|)', outage }), [
      '2 detector-down a/0',
      '4 detector-down a/1',
      '4 detector-down a/2',
      '4 complete',
    ]);
  });

  it('idle-next: only frames that arrive at a free detector run', () => {
    assert.deepEqual(timelineOf({ policy: idleNext, source: 'a-b-c-d-----|', work: '---(x|)' }), [
      '3 percept a/0',
      '4 superseded a/1',
      '7 percept a/2',
      '12 stopped a/3',
      '12 complete',
    ]);
  });

  it('shrinking-tail: waits if a run would end in the same frame interval', () => {
    // Interval 4, runtime 6: a runs 0 to 6; b has waited half an interval, so its tail would not shrink.
    assert.deepEqual(
      timelineOf({ policy: shrinkingTail, source: 'a---b---c---d---|', work: '------(x|)', runtimesMs: [6] }),
      ['6 percept a/0', '8 superseded a/1', '14 percept a/2', '16 stopped a/3', '16 complete'],
    );
  });

  it('stride: skips offered frames, not frame numbers', () => {
    assert.deepEqual(timelineOf({ policy: stride(2), source: 'a-b-c-d-e---|', work: '---(x|)' }), [
      '3 percept a/0',
      '3 stride a/1',
      '7 percept a/2',
      '7 stride a/3',
      '11 percept a/4',
      '12 complete',
    ]);
  });

  it('every: keeps all frames in order and finishes them after the source has completed', () => {
    assert.deepEqual(timelineOf({ policy: every, source: 'abc|', work: '---(x|)' }), [
      '3 percept a/0',
      '6 percept a/1',
      '9 percept a/2',
      '9 complete',
    ]);
  });

  it('every: drops no frame for a budget', () => {
    assert.deepEqual(
      timelineOf({ policy: every, source: 'abc|', work: '---(x|)', latencyBudgetMs: 4, runtimesMs: [3] }),
      ['3 percept a/0', '6 percept a/1', '9 percept a/2', '9 complete'],
    );
  });

  it('every with two workers: two frames of one stream run at the same time', () => {
    assert.deepEqual(timelineOf({ policy: every, concurrency: 2, source: 'abc|', work: '---(x|)' }), [
      '3 percept a/0',
      '4 percept a/1',
      '6 percept a/2',
      '6 complete',
    ]);
  });

  it('live with two workers: one frame of a stream runs at a time, so that results never overtake each other', () => {
    assert.deepEqual(timelineOf({ concurrency: 2, source: 'abA----|', work: '----(x|)' }), [
      '4 percept a/0',
      '6 percept B/0',
      '8 percept a/1',
      '8 complete',
    ]);
  });

  it('several streams: the stalest goes first', () => {
    assert.deepEqual(timelineOf({ source: 'a-AbBc-C------|', work: '----(x|)' }), [
      '4 superseded B/0',
      '4 percept a/0',
      '5 superseded a/1',
      '8 percept B/1',
      '12 percept a/2',
      '16 percept B/2',
      '16 complete',
    ]);
  });

  it('several streams: a stream of priority 3 runs about three times as often as one of priority 1', () => {
    const runs = timelineOf({
      source: 'aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpPqQrRsStTuUvVwWxXyYzZ|',
      work: '---(x|)',
      streams: new Map([['a', { priority: 3 }]]),
    }).filter((line) => line.includes('percept'));
    const ofA = runs.filter((line) => line.includes('a/')).length;
    assert.deepEqual([ofA, runs.length - ofA], [14, 5]);
  });

  describe('two streams in step, of which one always finds the detector busy', () => {
    const run = { latencyBudgetMs: 10, runtimesMs: [8], work: '--------(x|)' };
    const start = ['8 percept a/0', '8 late B/0', '18 percept a/1', '18 late B/1', '28 percept a/2', '28 late B/2'];

    it('the detector waits for it when it is behind by some turns', () => {
      assert.deepEqual(timelineOf({ ...run, source: 'a-A-------b-B-------c-C-------d-D----------|' }), [
        ...start,
        '40 percept B/3',
        '40 late a/3',
        '43 complete',
      ]);
    });

    it('the detector does not wait for long if it does not come', () => {
      assert.deepEqual(timelineOf({ ...run, source: 'a-A-------b-B-------c-C-------d-----|' }), [
        ...start,
        '34 late a/3',
        '36 complete',
      ]);
    });
  });

  it('several streams: each has the policy and the budget of its own', () => {
    // Stream a skips every second offered frame; stream B is detected on frame by frame.
    const seen = timelineOf({
      source: 'aA--bB--cC--|',
      work: '-(x|)',
      policy: every,
      streams: new Map([['a', { policy: stride(2), latencyBudgetMs: 20 }]]),
    });
    assert.deepEqual(seen, [
      '1 percept a/0',
      '2 percept B/0',
      '4 stride a/1',
      '6 percept B/1',
      '9 percept a/2',
      '10 percept B/2',
      '12 complete',
    ]);
  });

  /** a/0 runs, a/1 waits, and a/2 is due when a/0 ends; returns the events from then on. */
  function seenAfterCatchingUp(
    policy: Policy,
    whenBrought: (subscription: Subscription) => void = () => undefined,
  ): string[] {
    const ledger = new FrameLedger();
    const frames = new Subject<Frame>();
    const work = new Subject<never>();
    const seen: string[] = [];
    let isDue = true;
    const catchUp = (): void => {
      if (!isDue) return;
      isDue = false;
      frames.next(ledger.frame('a', 2, { catchUp }));
    };
    const subscription = new Subscription();
    subscription.add(
      frames
        .pipe(
          schedule({ policy, clock: { now: () => 0 }, runtimes: new RuntimeEstimator() }, ({ frame }) => {
            frame.release();
            seen.push(nameOf(frame));
            return seen.length === 1 ? work : NEVER;
          }),
        )
        .subscribe((event) => {
          seen.push(nameOf(event));
          whenBrought(subscription);
        }),
    );
    frames.next(ledger.frame('a', 0));
    frames.next(ledger.frame('a', 1, { catchUp }));
    work.complete();
    subscription.unsubscribe();
    assert.deepEqual(ledger.open, []);
    return seen;
  }

  it('idle-free: takes the newest frame that is due, even if its timer is late', () => {
    assert.deepEqual(seenAfterCatchingUp(idleFree), ['frame a/0', 'superseded a/1', 'frame a/2']);
  });

  it('every: does not ask the source to catch up', () => {
    assert.deepEqual(seenAfterCatchingUp(every), ['frame a/0', 'frame a/1']);
  });

  it('starts no run after an unsubscribe while the source catches up', () => {
    assert.deepEqual(
      seenAfterCatchingUp(idleFree, (subscription) => subscription.unsubscribe()),
      ['frame a/0', 'superseded a/1'],
    );
  });

  describe('under a latency budget', () => {
    it('drops a frame as late if it can no longer come out in time, and awaits the next', () => {
      assert.deepEqual(
        timelineOf({ latencyBudgetMs: 8, runtimesMs: [6], source: 'a--b-----c------|', work: '------(x|)' }),
        ['6 percept a/0', '6 late a/1', '15 percept a/2', '16 complete'],
      );
    });

    it('runs the newest frame, marked, if the runtime alone exceeds the budget', () => {
      assert.deepEqual(
        timelineOf({ latencyBudgetMs: 5, runtimesMs: [6], source: 'a--b---------|', work: '------(x|)' }),
        ['6 over-budget percept a/0', '12 over-budget percept a/1', '13 complete'],
      );
    });

    it('runs, marked, a frame that the camera delivers too late', () => {
      assert.deepEqual(
        timelineOf({ latencyBudgetMs: 10, runtimesMs: [2], transportMs: 9, source: 'a----b---|', work: '--(x|)' }),
        ['2 over-budget percept a/0', '7 over-budget percept a/1', '9 complete'],
      );
    });
  });

  it('drops corrupt frames without delaying a good one', () => {
    assert.deepEqual(timelineOf({ corrupt: 'b', source: 'abc---|', work: '---(x|)' }), [
      '1 corrupt a/1',
      '3 percept a/0',
      '6 percept a/2',
      '6 complete',
    ]);
  });

  it('a stop drops waiting frames as stopped and lets current ones finish', () => {
    assert.deepEqual(timelineOf({ source: 'a-b-c-d-', stop: '---s', work: '-----(x|)' }), [
      '3 stopped a/1',
      '5 percept a/0',
      '5 complete',
    ]);
  });

  it('forwards an error of the source or the work at once, and drops waiting frames as stopped', () => {
    assert.deepEqual(timelineOf({ source: 'a-b-#', work: '-----(x|)' }), ['4 stopped a/1', '4 error']);
    assert.deepEqual(timelineOf({ source: 'a-b-c-d-', work: '---#' }), ['3 stopped a/1', '3 error']);
  });

  it('emits nothing more after a subscriber leaves on a drop, and releases waiting frames of other streams', () => {
    assert.deepEqual(
      timelineOf({ takes: 2, latencyBudgetMs: 8, runtimesMs: [6], source: 'a(bA)----------|', work: '------(x|)' }),
      ['6 percept a/0', '6 late B/0', '6 complete'],
    );
  });

  it('releases waiting frames on an early unsubscribe', () => {
    assert.deepEqual(timelineOf({ source: 'a-b-c-d-', unsubscribe: '^--!', work: '-----(x|)' }), []);
  });
});
