import assert from 'node:assert/strict';
import type { RecentFrame } from '../../../src/app/demo/recent-frames.js';
import { scorable } from '../../../src/app/demo/score.js';

/** `p`: a percept; `d`: a dropped frame that was drawn; `u`: one that was not. */
function frames(kinds: string): RecentFrame[] {
  return Array.from(
    kinds,
    (kind) =>
      ({
        moment: {},
        event: { type: kind === 'p' ? 'percept' : 'drop' },
        picture: kind === 'd' ? new Uint8Array(1) : undefined,
      }) as unknown as RecentFrame,
  );
}

describe('the frames of a demo that are scored', () => {
  it('are all that were kept, if the detector is quick', () => {
    const all = frames('pdpdu'.repeat(60));
    assert.deepEqual(scorable(all, { detectMs: 25, drawMs: 10 }), all);
  });

  it('are the last ones, as many as can be drawn and detected in half a minute', () => {
    const all = frames('pppuuddpp');
    // ddpp takes 20 s, and the undrawn one before it 15 s more.
    assert.equal(scorable(all, { detectMs: 10_000, drawMs: 5_000 }).length, 4);
    // uddpp takes 26 s.
    assert.equal(scorable(all, { detectMs: 7_000, drawMs: 5_000 }).length, 5);
    assert.equal(scorable(all, { detectMs: 31_000, drawMs: 0 }).length, 2);
    assert.equal(scorable(frames('uuu'), { detectMs: 31_000, drawMs: 0 }).length, 0);
  });
});
