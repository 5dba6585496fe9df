import assert from 'node:assert/strict';
import { World, type DriveFrame } from '../../../src/app/demo/world.js';
import { RecentFrames } from '../../../src/app/demo/recent-frames.js';
import { OWN_TIMES } from '../../../src/core/frame.js';
import { letterbox } from '../../../src/core/fit.js';
import type { Annotation } from '../../../synth/annotate.js';
import { dropEventOf, perceptOf } from '../../streaming/events.js';

const object: Annotation = { trackId: 3, classId: 2, box: { x1: 10, y1: 20, x2: 40, y2: 60 }, visibleShare: 1 };

describe('the world of the demo', () => {
  let moments: number[];
  let pictures: [number, number][];
  let world: World;
  beforeEach(() => {
    moments = [];
    pictures = [];
    world = new World({
      streamId: 'demo',
      onFrame: ({ truth }) => moments.push(truth.seq),
      onPicture: ({ truth }, jpeg) => pictures.push([truth.seq, jpeg[0]]),
    });
  });

  it('joins the ground truth of a frame with its capture, in either order', () => {
    world.annotated(0, [object]);
    world.captured(0, 100);
    world.captured(1, 133);
    assert.deepEqual(moments, [0]);
    assert.equal(world.withoutTruth, 1);
    world.annotated(1, []);
    assert.deepEqual(moments, [0, 1]);
    assert.equal(world.withoutTruth, undefined);
  });

  it('shows a picture when its moment has come, and one that is late only if it is still the newest', () => {
    for (const seq of [0, 1, 2]) world.annotated(seq, []);
    world.drawn(0, Uint8Array.of(10));
    assert.deepEqual(pictures, []);
    world.captured(0, 0);
    world.captured(1, 33);
    world.drawn(1, Uint8Array.of(11));
    assert.deepEqual(pictures, [
      [0, 10],
      [1, 11],
    ]);
    world.captured(2, 66);
    world.drawn(1, Uint8Array.of(12));
    assert.deepEqual(pictures, [
      [0, 10],
      [1, 11],
    ]);
  });

  it('gives boxes as the evaluation reads them', () => {
    let moment: DriveFrame | undefined;
    const told = new World({
      streamId: 'demo',
      onFrame: (m) => {
        moment = m;
      },
      onPicture: () => undefined,
    });
    told.annotated(0, [object]);
    told.captured(0, 7);
    assert.deepEqual(moment?.truth.objects, [{ classIndex: 2, bbox: [10, 20, 30, 40] }]);
    assert.equal(moment.truth.capturedAtMs, 7);
  });
});

describe('the recent frames of the demo', () => {
  const SIZE = { width: 8, height: 4 };
  const moment = (seq: number): DriveFrame => ({
    truth: { streamId: 'cam', seq, capturedAtMs: seq * 100, size: SIZE, objects: [] },
    objects: [],
  });
  const frame = (seq: number) => ({
    type: 'frame' as const,
    streamId: 'cam',
    seq,
    epoch: 0,
    ptsMs: seq * 100,
    capturedAtMs: seq * 100,
    ...OWN_TIMES,
    readyAtMs: seq * 100,
    picture: { size: SIZE, fit: letterbox(SIZE, SIZE), image: new Uint8Array(6).fill(seq) },
    corrupt: false,
    release: () => undefined,
  });

  it('keep the newest three frames, with the pictures of the dropped ones', () => {
    const recent = new RecentFrames(3);
    for (let seq = 0; seq < 6; seq++) {
      const undrawn = seq === 4;
      recent.received(undrawn ? dropEventOf(seq) : frame(seq));
      recent.moment(moment(seq));
      recent.emitted(seq % 2 === 0 ? dropEventOf(seq) : perceptOf(seq));
    }
    assert.deepEqual(
      recent.list().map(({ event, picture }) => [event.seq, event.type, picture?.[0]]),
      [
        [3, 'percept', undefined],
        [4, 'drop', undefined],
        [5, 'percept', undefined],
      ],
    );
    recent.received(frame(6));
    recent.moment(moment(6));
    recent.emitted(dropEventOf(6, { reason: 'late' }));
    assert.deepEqual(
      recent.list().map(({ event, picture }) => [event.seq, picture?.[0]]),
      [
        [4, undefined],
        [5, undefined],
        [6, 6],
      ],
    );
  });

  it('omit frames without a result', () => {
    const recent = new RecentFrames(3);
    recent.received(frame(0));
    recent.moment(moment(0));
    recent.received(frame(1));
    recent.moment(moment(1));
    recent.emitted(perceptOf(0));
    assert.deepEqual(
      recent.list().map(({ event }) => event.seq),
      [0],
    );
  });
});
