import assert from 'node:assert/strict';
import { RecentFrames } from '../../../src/app/demo/recent-frames.js';
import { dropOf, type FrameRef } from '../../../src/core/events.js';
import { OWN_TIMES } from '../../../src/core/frame.js';

describe('RecentFrames', () => {
  it('holds the picture of a skipped frame that is drawn later', () => {
    const recent = new RecentFrames(10);
    const ref: FrameRef = { streamId: 'demo', seq: 0, epoch: 0, ptsMs: 0, capturedAtMs: 5, ...OWN_TIMES };
    const drop = dropOf(ref, 'superseded', 5);
    recent.received(drop);
    recent.emitted(drop);
    const picture = Uint8Array.of(1, 2, 3);
    recent.drawn(0, picture);
    recent.moment({
      truth: { streamId: 'demo', seq: 0, capturedAtMs: 5, size: { width: 1, height: 1 }, objects: [] },
      objects: [],
    });
    assert.deepEqual(
      recent.list().map(({ event, picture: kept }) => [event, kept]),
      [[drop, picture]],
    );
  });
});
