import assert from 'node:assert/strict';
import { EMPTY, map, NEVER, of, Subject, tap } from 'rxjs';
import { exhaustMapLatest } from '../../../src/pipeline/operators/exhaust-map-latest.js';
import { marbles } from '../../helpers/marbles.js';

describe('exhaustMapLatest', () => {
  it('runs the newest value that came while it was busy', () =>
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const skipped: string[] = [];
      const source = hot('-a-b-c-d-----|');
      const result = source.pipe(
        exhaustMapLatest(
          (v) => cold('---(x|)').pipe(map(() => v.toUpperCase())),
          (v) => skipped.push(v),
        ),
      );
      expectObservable(result.pipe(tap({ complete: () => assert.deepEqual(skipped, ['c']) }))).toBe('----A--B--D--|');
      expectSubscriptions(source.subscriptions).toBe('^------------!');
    }));

  it('finishes current and waiting values before it completes', () =>
    marbles(({ cold, expectObservable }) => {
      const result = cold('ab|').pipe(exhaustMapLatest((v) => cold('---(x|)').pipe(map(() => v))));
      expectObservable(result).toBe('---a--(b|)');
    }));

  it('completes with an empty source and stays silent with a silent one', () =>
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('--|').pipe(exhaustMapLatest(() => NEVER))).toBe('--|');
      expectObservable(cold('---').pipe(exhaustMapLatest(() => NEVER))).toBe('---');
      expectObservable(cold('a--').pipe(exhaustMapLatest(() => EMPTY))).toBe('---');
    }));

  it("forwards the source's error at once and ends the work", () =>
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const work = cold('-----x|');
      expectObservable(hot('-a-#').pipe(exhaustMapLatest(() => work))).toBe('---#');
      expectSubscriptions(work.subscriptions).toBe('-^-!');
    }));

  it('forwards an error of the work, and one thrown by project, and leaves the source', () =>
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const source = hot('-a-b-|');
      expectObservable(source.pipe(exhaustMapLatest(() => cold('-#', undefined, 'lost')))).toBe(
        '--#',
        undefined,
        'lost',
      );
      expectSubscriptions(source.subscriptions).toBe('^-!');
      const thrown = new Error('boom');
      expectObservable(
        hot('-a-b-|').pipe(
          exhaustMapLatest(() => {
            throw thrown;
          }),
        ),
      ).toBe('-#', undefined, thrown);
    }));

  it('gives up waiting values when the subscriber leaves', () =>
    marbles(({ hot, cold, expectObservable, expectSubscriptions, flush }) => {
      const skipped: string[] = [];
      const source = hot('-a-b-c-');
      const work = cold('--------x|');
      expectObservable(
        source.pipe(
          exhaustMapLatest(
            () => work,
            (v) => skipped.push(v),
          ),
        ),
        '^-----!',
      ).toBe('------');
      expectSubscriptions(source.subscriptions).toBe('^-----!');
      expectSubscriptions(work.subscriptions).toBe('-^----!');
      flush();
      assert.deepEqual(skipped, ['b', 'c']);
    }));

  it('works if the work completes at once and feeds the source again', () => {
    const source = new Subject<number>();
    const seen: number[] = [];
    source.pipe(exhaustMapLatest((v) => of(v))).subscribe((v) => {
      seen.push(v);
      if (v < 5) source.next(v + 1);
    });
    source.next(1);
    assert.deepEqual(seen, [1, 2, 3, 4, 5]);
  });

  it('does not grow the stack over a hundred thousand values that complete at once', () => {
    let count = 0;
    const source = new Subject<number>();
    source.pipe(exhaustMapLatest((v) => of(v))).subscribe(() => count++);
    for (let i = 0; i < 100_000; i++) source.next(i);
    assert.equal(count, 100_000);
  });
});
