import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  afterNews,
  isClipOver,
  NO_CLIP,
  type ClipNews,
  type ClipPlan,
} from '../../../src/streaming/clips/clip-plan.js';

const TIMES = { preMs: 5000, postMs: 3000, maxMs: 60_000 };

const news = (phase: ClipNews['phase'], ptsMs: number, id = 'a', over: Partial<ClipNews> = {}): ClipNews => ({
  id,
  phase,
  ptsMs,
  isActive: false,
  isInterrupted: false,
  ...over,
});
const planAfter = (...all: ClipNews[]): ClipPlan => all.reduce((plan, one) => afterNews(TIMES, plan, one), NO_CLIP);

describe('a clip', () => {
  it('begins before its object, and ends after the last one has gone', () => {
    const both = planAfter(news('start', 10_000), news('start', 12_000, 'b'), news('end', 15_000));
    assert.deepEqual(both, { clip: { fromMs: 5000, objects: ['a', 'b'] }, present: ['b'] });
    const none = afterNews(TIMES, both, news('end', 20_000, 'b'));
    assert.deepEqual(none.clip, { fromMs: 5000, objects: ['a', 'b'], untilMs: 23_000 });
    assert.deepEqual([isClipOver(TIMES, none, 23_000), isClipOver(TIMES, none, 23_001)], [false, true]);
  });

  it('goes on if another object comes in the time after', () => {
    const { clip } = planAfter(news('start', 10_000), news('end', 15_000), news('start', 17_000, 'b'));
    assert.deepEqual(clip, { fromMs: 5000, objects: ['a', 'b'] });
  });

  it('has a longest time, after which an object that moves begins another one', () => {
    const long = planAfter(news('start', 10_000));
    assert.equal(isClipOver(TIMES, long, 65_001), true);
    const after = { present: long.present };
    assert.equal(afterNews(TIMES, after, news('update', 70_000)).clip, undefined);
    assert.deepEqual(afterNews(TIMES, after, news('update', 80_000, 'a', { isActive: true })).clip, {
      fromMs: 75_000,
      objects: ['a'],
    });
  });

  it('ends with its connection', () => {
    const plan = planAfter(news('start', 10_000), news('end', 15_000, 'a', { isInterrupted: true }));
    assert.equal(isClipOver(TIMES, plan, 15_000), true);
    assert.deepEqual(planAfter(news('end', 15_000, 'a', { isInterrupted: true })), { present: [] });
  });

  it('shows each object that began while it ran, and has an end once none is there', () => {
    const any = fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      phase: fc.constantFrom('start', 'update', 'end'),
      isActive: fc.boolean(),
      isInterrupted: fc.constant(false),
      ptsMs: fc.nat(100_000),
    }) as fc.Arbitrary<ClipNews>;
    fc.assert(
      fc.property(fc.array(any, { maxLength: 30 }), (all) => {
        let plan = NO_CLIP;
        for (const one of all) {
          plan = afterNews(TIMES, plan, one);
          assert.equal(plan.present.includes(one.id), one.phase !== 'end');
          if (plan.clip === undefined) {
            assert.notEqual(one.phase, 'start');
            continue;
          }
          assert.ok(plan.clip.objects.includes(one.id));
          assert.equal(plan.clip.untilMs !== undefined, plan.present.length === 0);
        }
      }),
    );
  });
});
