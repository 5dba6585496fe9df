import type { PipelineEvent } from '../../../src/core/events.js';
import { liveAccuracy, type AccuracyMeter } from '../../../src/pipeline/operators/live-accuracy.js';
import { marbles } from '../../helpers/marbles.js';

/** A score that names its inputs. */
function notes(): AccuracyMeter<string, string> {
  let heard = '';
  return {
    percept: ({ streamId }) => {
      heard += streamId;
    },
    truth: (frame) => {
      heard += frame;
    },
    rolling: (nowMs) => `${heard}@${nowMs}`,
  };
}

const EVENTS = {
  p: { type: 'percept', streamId: 'P' } as PipelineEvent,
  d: { type: 'drop', streamId: 'D' } as PipelineEvent,
};

describe('liveAccuracy', () => {
  it('scores repeatedly, and once more at the end', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }, scheduler) => {
      const events = hot<PipelineEvent>('-p-d-p---p-|', EVENTS);
      const truth = hot('                        --t-----t--', { t: 't' });
      const result = events.pipe(liveAccuracy(notes(), truth, { clock: scheduler, scheduler, everyMs: 4 }));
      expectObservable(result).toBe('             ----a---b--(c|)', { a: 'Pt@4', b: 'PtPt@8', c: 'PtPtP@11' });
      expectSubscriptions(truth.subscriptions).toBe('^----------!');
    }));

  it('continues without ground truth, and does not wait for it', () =>
    marbles(({ cold, hot, expectObservable }, scheduler) => {
      const options = { clock: scheduler, scheduler, everyMs: 4 };
      expectObservable(hot<PipelineEvent>('-p----|', EVENTS).pipe(liveAccuracy(notes(), cold('|'), options))).toBe(
        '----a-(b|)',
        { a: 'P@4', b: 'P@6' },
      );
      expectObservable(hot<PipelineEvent>('|').pipe(liveAccuracy(notes(), cold('-'), options))).toBe('(a|)', {
        a: '@0',
      });
    }));

  it('forwards the errors of both, and those of the meter', () =>
    marbles(({ cold, expectObservable }, scheduler) => {
      const options = { clock: scheduler, scheduler, everyMs: 4 };
      expectObservable(cold<PipelineEvent>('-#').pipe(liveAccuracy(notes(), cold('-'), options))).toBe('-#');
      expectObservable(cold<PipelineEvent>('---').pipe(liveAccuracy(notes(), cold('-#'), options))).toBe('-#');
      const failing = {
        ...notes(),
        truth: () => {
          throw new Error('out of order');
        },
      };
      expectObservable(cold<PipelineEvent>('---').pipe(liveAccuracy(failing, cold('-t'), options))).toBe(
        '-#',
        {},
        new Error('out of order'),
      );
    }));

  it('ends both inputs when it is unsubscribed', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }, scheduler) => {
      const events = hot<PipelineEvent>('-p-----', EVENTS);
      const truth = hot('-------');
      expectObservable(
        events.pipe(liveAccuracy(notes(), truth, { clock: scheduler, scheduler, everyMs: 4 })),
        '-----!',
      ).toBe('----a', { a: 'P@4' });
      for (const { subscriptions } of [events, truth]) expectSubscriptions(subscriptions).toBe('^----!');
    }));
});
