import assert from 'node:assert/strict';
import { CAMERA_INPUT, CameraWatch } from '../../../helpers/camera-watch.js';
import { NEEDS_FFMPEG } from '../../../helpers/clips.js';
import { itNeeds } from '../../../helpers/needs.js';
import { PacedCamera, stampOf } from '../../../helpers/paced-camera/index.js';
import { children, HAS_PROC, until } from '../../../helpers/processes.js';
import { ThrottlingProxy } from '../../../helpers/throttling-proxy.js';

/** Delay from drawing to sending on a busy machine, which no arrival shows. */
const CAMERA_DELAY_MS = 500;

describe('a camera that ffmpeg reads over a link that is too slow', function () {
  this.timeout(60_000);

  itNeeds(
    { ...NEEDS_FFMPEG, '/proc': HAS_PROC },
    'drops pictures that are too old, reconnects if that does not help, and recovers',
    async () => {
      const before = children().length;
      const camera = await PacedCamera.start({ width: 320, height: 192, fps: 25, gop: 10, loopSeconds: 60 });
      const link = await ThrottlingProxy.start(camera.port);
      const shown: {
        readonly number: number;
        readonly capturedAtMs: number;
        readonly uncertaintyMs: number;
        readonly readyAtMs: number;
      }[] = [];
      const watch = await CameraWatch.start(
        `rtsp://127.0.0.1:${link.port}/cam`,
        { transport: 'ffmpeg', maxBehindMs: 300, timeoutMs: 30_000, slots: 8 },
        (frame) => shown.push({ ...frame, number: stampOf(frame.picture, CAMERA_INPUT.width)! }),
      );
      try {
        const first = await camera.facts();
        await watch.until(() => watch.frames.length >= 50);
        const sent = await camera.facts();
        link.bytesPerSecond = (0.5 * (sent.bytesSent - first.bytesSent) * 1_000) / (sent.upMs - first.upMs);
        await watch.until(() =>
          watch.statuses.some(({ message }) => /s behind and does not catch up: it is opened anew/.test(message ?? '')),
        );
        const dropsBefore = watch.drops.filter(({ epoch }) => epoch === 0);
        link.bytesPerSecond = Infinity;
        await watch.framesOfEpoch(1, 25);
        await camera.facts();
        assert.ok(dropsBefore.some(({ reason }) => reason === 'behind'));
        assert.ok(dropsBefore.every(({ reason }) => reason !== 'corrupt'));
        assert.ok(
          watch.gaps.some(({ why }) => /s behind and does not catch up/.test(why)),
          JSON.stringify(watch.gaps),
        );
        watch.assertInOrder();
        for (const { number, capturedAtMs, uncertaintyMs, readyAtMs } of shown) {
          const errorMs = capturedAtMs - camera.drawing(number, readyAtMs)!.drawnAtMs;
          assert.ok(
            errorMs > -uncertaintyMs && errorMs < uncertaintyMs + CAMERA_DELAY_MS,
            `picture ${number}: ${errorMs} ms after it was drawn, known to ± ${uncertaintyMs} ms`,
          );
        }
      } finally {
        watch.stop();
        await Promise.all([camera.kill(), link.close()]);
      }
      await until(() => children().length === before);
    },
  );
});
