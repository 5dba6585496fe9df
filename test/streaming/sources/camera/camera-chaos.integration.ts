import assert from 'node:assert/strict';
import { CameraChaos } from '../../../helpers/camera-chaos.js';
import { CameraWatch, CAMERA_INPUT } from '../../../helpers/camera-watch.js';
import { NEEDS_FFMPEG } from '../../../helpers/clips.js';
import { untoldHoles, type NumberedFrame } from '../../../helpers/holes.js';
import { itNeeds } from '../../../helpers/needs.js';
import { stampOf } from '../../../helpers/paced-camera/index.js';
import { children, HAS_PROC, openPipes, until } from '../../../helpers/processes.js';

const CAMERA = { width: 320, height: 192, fps: 25, gop: 12, loopSeconds: 30, wallSkewMs: 7_200_500 } as const;
const SEED = 9;
const CHAOS_MS = 60_000;
const MIN_HOLE_MS = 1_000;
const NEEDS = { ...NEEDS_FFMPEG, '/proc': HAS_PROC };

describe('a minute of chaos on the way from a camera', function () {
  this.timeout(180_000);
  let chaos: CameraChaos;
  let watch: CameraWatch;
  let atStart: { readonly children: number; readonly pipes: number };
  const frames: NumberedFrame[] = [];

  before(async function () {
    if (!NEEDS.ffmpeg || !HAS_PROC) return;
    atStart = { children: children().length, pipes: openPipes() };
    chaos = await CameraChaos.start({ camera: CAMERA, seed: SEED, restMs: 3_000, longestMs: 3_000 });
    const stop = new AbortController();
    watch = await CameraWatch.start(chaos.url, { stop: stop.signal, timeoutMs: 2_000 }, (frame) => {
      const { seq, capturedAtMs, uncertaintyMs, readyAtMs, corrupt } = frame;
      frames.push({
        seq,
        capturedAtMs,
        uncertaintyMs,
        readyAtMs,
        corrupt,
        index: stampOf(frame.picture, CAMERA_INPUT.width),
      });
    });
    await watch.framesOfEpoch(0, 1);
    await chaos.run(CHAOS_MS);
    const lastSeq = frames.at(-1)!.seq;
    await watch.until(() => frames.at(-1)!.seq > lastSeq);
    stop.abort();
    await watch.until(() => watch.isComplete);
    await chaos.settle();
  });
  after(() => chaos?.close());

  itNeeds(NEEDS, 'emits each frame once and in order, or reports its drop', () => {
    watch.assertInOrder();
    assert.ok(frames.length > CHAOS_MS / 200, `${frames.length} frames`);
  });

  itNeeds(NEEDS, 'reports a gap between the frames of two connections', () => {
    const outcomes = [...watch.frames, ...watch.drops].sort((one, other) => one.seq - other.seq);
    const beginnings = outcomes.flatMap((outcome, i) =>
      i > 0 && outcome.epoch > outcomes[i - 1].epoch ? [[outcomes[i - 1], outcome]] : [],
    );
    assert.ok(beginnings.length > 0);
    for (const [before, { capturedAtMs, epoch }] of beginnings) {
      const toMs = Math.max(before.capturedAtMs, capturedAtMs);
      assert.ok(
        watch.gaps.some((gap) => gap.fromMs === before.capturedAtMs && gap.toMs === toMs),
        `epoch ${epoch} began at ${capturedAtMs} without a gap`,
      );
    }
  });

  itNeeds(NEEDS, 'reports each hole as a gap of its extent, whether or not the connection broke', () => {
    const untold = untoldHoles(frames, watch.gaps, (index, beforeMs) => chaos.drawing(index, beforeMs), {
      minMs: MIN_HOLE_MS,
      toleranceMs: 300,
      intervalMs: 1000 / CAMERA.fps,
    });
    assert.deepEqual(untold, [], JSON.stringify(chaos.log, undefined, 1));
  });

  itNeeds(NEEDS, 'leaves no child and no descriptor behind', async () => {
    await chaos.close();
    assert.equal(children().length, atStart.children);
    await until(() => openPipes() <= atStart.pipes);
  });
});
