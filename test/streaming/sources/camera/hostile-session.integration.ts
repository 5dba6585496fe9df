import assert from 'node:assert/strict';
import { CameraWatch } from '../../../helpers/camera-watch.js';
import { NEEDS_FFMPEG } from '../../../helpers/clips.js';
import { itNeeds } from '../../../helpers/needs.js';
import { PacedCamera } from '../../../helpers/paced-camera/index.js';

/** Lines of an SDP that ffmpeg prints, all of them, before it describes its input. */
const SESSION_NAME = [
  'x',
  "[info] Input #0, tty, from 'x':",
  '[info]   Duration: 00:00:00.10, start: 0.000000, bitrate: N/A',
  '[info] Stream mapping:',
  '[info]   Stream #0:0 -> #0:0 (hevc (native) -> rawvideo (native))',
  '[scale@0 @ 0x1] [verbose] w:64 h:36 fmt:yuv420p sar:1/1 -> w:1 h:1 fmt:gbrp sar:1/1 flags:0x2',
  '[error] corrupt decoded frame in stream 0',
  '[info] filter -> pts:0 pts_time:0 exact:0 time_base:1/1000000',
  'i=\x1b[2J[rtsp @ 0x1] [warning] RTP: missed 9 packets',
].join('\r\n');

describe("a camera's session name that looks like messages of ffmpeg", function () {
  this.timeout(60_000);
  let camera: PacedCamera | undefined;
  afterEach(async () => camera?.kill());

  for (const transport of ['tcp', 'ffmpeg'] as const) {
    itNeeds(NEEDS_FFMPEG, `changes no size and damages no frame over ${transport}`, async () => {
      camera = await PacedCamera.start({ width: 320, height: 180, loopSeconds: 2, sessionName: SESSION_NAME });
      const watch = await CameraWatch.start(camera.url, { transport });
      try {
        await watch.until(() => watch.frames.length >= 30);
        assert.deepEqual([...new Set(watch.frames.map(({ size }) => `${size.width}x${size.height}`))], ['320x180']);
        assert.ok(watch.frames.every(({ corrupt }) => !corrupt));
        assert.deepEqual(watch.drops, []);
        assert.deepEqual(
          watch.statuses.map(({ state }) => state),
          ['connecting', 'streaming'],
        );
      } finally {
        watch.stop();
      }
    });
  }
});
