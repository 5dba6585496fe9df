import assert from 'node:assert/strict';
import fc from 'fast-check';
import { from, toArray } from 'rxjs';
import { dropOf, type PipelineEvent } from '../../../src/core/events.js';
import { inOrder } from '../../../src/pipeline/operators/in-order.js';
import { FrameLedger, nameOf } from '../../helpers/frames.js';

const drop = (stream: string, seq: number): PipelineEvent => dropOf(new FrameLedger().frame(stream, seq), 'stride', 0);

describe('inOrder', () => {
  it('emits each stream in the order of its frames, for any order of results', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 }), (order) => {
        const seen: string[] = [];
        from(order.flatMap((seq) => [drop('a', seq), drop('b', seq)]))
          .pipe(inOrder())
          .subscribe((event) => seen.push(nameOf(event)));
        for (const stream of ['a', 'b']) {
          assert.deepEqual(
            seen.filter((name) => name.includes(`${stream}/`)),
            [0, 1, 2, 3, 4, 5, 6, 7].map((seq) => `stride ${stream}/${seq}`),
          );
        }
      }),
    );
  });

  it('lets streams pass that need no order', () => {
    const seen: string[] = [];
    from([drop('a', 1), drop('b', 1), drop('a', 0), drop('b', 0)])
      .pipe(inOrder((streamId) => streamId === 'a'))
      .subscribe((event) => seen.push(nameOf(event)));
    assert.deepEqual(seen, ['stride b/1', 'stride a/0', 'stride a/1', 'stride b/0']);
  });

  it('lets statuses and gaps pass at once', () => {
    const gap: PipelineEvent = { type: 'gap', streamId: 'a', fromMs: 0, toMs: 1, why: 'test' };
    from([drop('a', 1), gap, drop('a', 0)])
      .pipe(inOrder(), toArray())
      .subscribe((events) => {
        assert.deepEqual(events.map(nameOf), ['gap a', 'stride a/0', 'stride a/1']);
      });
  });
});
