import assert from 'node:assert/strict';
import { map } from 'rxjs';
import type { PerceptEvent, PipelineEvent } from '../../../src/core/events.js';
import { OWN_TIMES } from '../../../src/core/frame.js';
import { forecast } from '../../../src/pipeline/operators/forecast.js';
import { track } from '../../../src/pipeline/operators/track.js';
import { TrackerSet } from '../../../src/pipeline/tracker-set.js';
import { trackerByName } from '../../../src/track/kinds.js';
import { marbles } from '../../helpers/marbles.js';

const percept = (seq: number, capturedAtMs: number, x1: number, over: Partial<PerceptEvent> = {}): PerceptEvent => ({
  type: 'percept',
  streamId: 'a',
  seq,
  epoch: 0,
  ptsMs: capturedAtMs,
  ...OWN_TIMES,
  width: 640,
  height: 480,
  times: {
    capturedAtMs,
    readyAtMs: capturedAtMs,
    startedAtMs: capturedAtMs,
    inferStartMs: capturedAtMs,
    inferEndMs: capturedAtMs,
    doneAtMs: capturedAtMs,
    emittedAtMs: capturedAtMs,
  },
  detections: [{ box: { x1, y1: 100, x2: x1 + 100, y2: 200 }, score: 0.9, classId: 0, className: 'car' }],
  overBudget: false,
  ...over,
});
const drop: PipelineEvent = {
  type: 'drop',
  streamId: 'a',
  seq: 9,
  epoch: 0,
  ptsMs: 0,
  capturedAtMs: 0,
  ...OWN_TIMES,
  reason: 'late',
  atMs: 0,
};
const trackIdOf = (event: PipelineEvent): number | string | undefined =>
  event.type === 'percept' ? event.detections[0].trackId : event.type;

describe('track', () => {
  it('follows an object, passes other events, and restarts in a new epoch and in each stream', () =>
    marbles(({ cold, expectObservable, flush }) => {
      const source = cold<PipelineEvent>('abcde|', {
        a: percept(0, 0, 100),
        b: percept(1, 33, 104),
        c: drop,
        d: percept(2, 66, 108, { epoch: 1 }),
        e: percept(0, 66, 108, { streamId: 'b' }),
      });
      const first: (number | string | undefined)[] = [];
      expectObservable(
        source.pipe(
          track(new TrackerSet(trackerByName('nowcast'))),
          map(trackIdOf),
          map((id) => {
            first.push(id);
            return id === 'drop' ? 'drop' : typeof id;
          }),
        ),
      ).toBe('nnxnn|', { n: 'number', x: 'drop' });
      flush();
      assert.equal(first[0], first[1]);
      assert.notEqual(first[1], first[3]);
    }));

  it('follows an object when its pictures turn out older than estimated', () =>
    marbles(({ cold, expectObservable, flush }) => {
      const revised = percept(2, 66, 108);
      const source = cold<PipelineEvent>('abc|', {
        a: percept(0, 0, 100),
        b: percept(1, 33, 104),
        c: { ...revised, times: { ...revised.times, capturedAtMs: -3_000 } },
      });
      const ids: unknown[] = [];
      expectObservable(
        source.pipe(
          track(new TrackerSet(trackerByName('nowcast'))),
          map(trackIdOf),
          map((id) => {
            ids.push(id);
            return typeof id;
          }),
        ),
      ).toBe('nnn|', { n: 'number' });
      flush();
      assert.equal(new Set(ids).size, 1);
    }));

  it('leaves the observed boxes unchanged', () =>
    marbles(({ cold, expectObservable }) => {
      const box = (event: PipelineEvent): unknown => (event.type === 'percept' ? event.detections[0].box : undefined);
      expectObservable(
        cold<PipelineEvent>('a|', { a: percept(0, 0, 100) }).pipe(
          track(new TrackerSet(trackerByName('kalman'))),
          map(box),
        ),
      ).toBe('x|', { x: { x1: 100, y1: 100, x2: 200, y2: 200 } });
    }));
});

describe('forecast', () => {
  it('moves an object to its position at emission, and stamps that moment', () =>
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const trackers = new TrackerSet(trackerByName('kalman'));
      // 4 px a frame of 1/30 s; each percept comes out 100 ms after its picture.
      const source = cold<PipelineEvent>('100ms a 99ms b 99ms c 99ms (d|)', {
        a: percept(0, 0, 100),
        b: percept(1, 100, 112),
        c: percept(2, 200, 124),
        d: percept(3, 300, 136),
      });
      const seen: PerceptEvent[] = [];
      expectObservable(
        source.pipe(
          track(trackers),
          forecast(trackers, scheduler),
          map((event) => {
            seen.push(event as PerceptEvent);
            return event.type;
          }),
        ),
      ).toBe('100ms p 99ms p 99ms p 99ms (p|)', { p: 'percept' });
      flush();
      const last = seen[3];
      assert.deepEqual(
        [last.forecast?.forecaster, last.forecast?.validAtMs, last.times.emittedAtMs],
        ['kalman', 400, 400],
      );
      assert.equal(last.detections[0].box.x1, 136, 'what was observed stays');
      const { x1 } = last.forecast!.detections[0].box;
      assert.ok(x1 > 144 && x1 < 152, `about 148, where the object is by then, got ${x1}`);
      assert.equal(last.forecast!.detections[0].trackId, last.detections[0].trackId);
    }));

  it('moves it by the age of its picture, for any stream time', () =>
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const trackers = new TrackerSet(trackerByName('kalman'));
      const at = (seq: number, x1: number): PerceptEvent => ({
        ...percept(seq, 100 * seq, x1),
        ptsMs: 5_000_000 + 100 * seq,
      });
      const source = cold<PipelineEvent>('100ms a 99ms b 99ms c 99ms (d|)', {
        a: at(0, 100),
        b: at(1, 112),
        c: at(2, 124),
        d: at(3, 136),
      });
      const seen: PerceptEvent[] = [];
      expectObservable(
        source.pipe(
          track(trackers),
          forecast(trackers, scheduler),
          map((event) => {
            seen.push(event as PerceptEvent);
            return event.type;
          }),
        ),
      ).toBe('100ms p 99ms p 99ms p 99ms (p|)', { p: 'percept' });
      flush();
      const { x1 } = seen[3].forecast!.detections[0].box;
      assert.ok(x1 > 144 && x1 < 152, `about 148, where the object is by then, got ${x1}`);
    }));
});
