import assert from 'node:assert/strict';
import { CameraWatch, CAMERA_INPUT } from '../../../helpers/camera-watch.js';
import { NEEDS_FFMPEG } from '../../../helpers/clips.js';
import { itNeeds } from '../../../helpers/needs.js';
import { PacedCamera, stampOf, type CameraCommand } from '../../../helpers/paced-camera/index.js';

/** Pictures between two faults; more than a decoder holds back. */
const REST = 15;
/** A camera's clock and a timer of this machine. */
const TOLERANCE_MS = 2;
const SMALL = {
  width: 320,
  height: 192,
  fps: 25,
  gop: 12,
  loopSeconds: 20,
  bFrames: 2,
  wallSkewMs: 7_200_500,
} as const;

const lose = (ms: number): CameraCommand => ({ do: 'lose', ms });
const FAULTS: Readonly<Record<string, readonly CameraCommand[]>> = {
  // A reference picture, the end of a group and the begin of the next, or a whole group.
  'where packets are lost': [100, 150, 200, 70, 600].map(lose),
  'after a longer hole than a picture may be behind': [lose(2_500)],
  "where the camera's clock jumps": [300, -300, 2_000, -2_000, 3_600_000, -3_600_000].map((ms) => ({
    do: 'jump-media',
    ms,
  })),
  'where the size changes and the connection breaks': [
    { do: 'resize', width: 160, height: 96 },
    { do: 'hang-up' },
    { do: 'resize', width: 320, height: 192 },
  ],
};

describe('B-pictures of a camera', function () {
  this.timeout(60_000);
  let camera: PacedCamera | undefined;
  afterEach(() => camera?.kill());

  for (const codec of ['h264', 'h265'] as const) {
    for (const [name, faults] of Object.entries(FAULTS)) {
      itNeeds(NEEDS_FFMPEG, `come out once each, in order and with their capture time ${name}: ${codec}`, async () => {
        camera = await PacedCamera.start({ ...SMALL, codec });
        const numbers = new Map<number, number | undefined>();
        const stop = new AbortController();
        const watch = await CameraWatch.start(camera.url, { stop: stop.signal, slots: 30 }, (frame) =>
          numbers.set(frame.seq, stampOf(frame.picture, CAMERA_INPUT.width)),
        );
        await watch.framesOfEpoch(0, REST);
        for (const fault of faults) {
          await camera.command(fault);
          const before = watch.frames.length;
          await watch.until(() => watch.frames.length >= before + REST);
        }
        stop.abort();
        await watch.until(() => watch.isComplete);
        await camera.facts();
        watch.assertInOrder();
        const sound = watch.frames.flatMap((frame) => {
          const number = numbers.get(frame.seq);
          if (frame.corrupt) return [];
          assert.ok(number !== undefined, `frame ${frame.seq} is said to be sound and is not`);
          return { ...frame, drawnAtMs: camera!.drawing(number, frame.readyAtMs)!.drawnAtMs };
        });
        for (const { seq, capturedAtMs, uncertaintyMs, drawnAtMs } of sound) {
          assert.ok(
            Math.abs(capturedAtMs - drawnAtMs) <= uncertaintyMs + TOLERANCE_MS,
            `frame ${seq}: ${capturedAtMs - drawnAtMs} ± ${uncertaintyMs} ms`,
          );
        }
        assert.ok(
          sound.every(({ drawnAtMs }, i) => i === 0 || drawnAtMs > sound[i - 1].drawnAtMs),
          'each once and in order',
        );
        assert.ok(sound.length > (faults.length * REST) / 2, `${sound.length} sound frames`);
        assert.equal(
          watch.frames.at(-1)!.epoch,
          faults.filter((fault) => fault.do === 'hang-up').length,
          JSON.stringify(watch.statuses.map(({ message }) => message)),
        );
      });
    }
  }
});
