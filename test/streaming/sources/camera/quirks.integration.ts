import assert from 'node:assert/strict';
import { CameraWatch, CAMERA_INPUT } from '../../../helpers/camera-watch.js';
import { NEEDS_FFMPEG } from '../../../helpers/clips.js';
import { itNeeds } from '../../../helpers/needs.js';
import { PacedCamera, stampOf, type PacedCameraOptions } from '../../../helpers/paced-camera/index.js';
import { CAMERA_QUIRKS } from '../../../helpers/paced-camera/options.js';

const FRAMES = 25;
/** Small and short, so that it is quickly encoded. */
const SMALL = { width: 320, height: 192, fps: 25, gop: 10, loopSeconds: 8 } as const;

const CAMERAS: Readonly<Record<string, Partial<PacedCameraOptions>>> = {
  ...Object.fromEntries(CAMERA_QUIRKS.map((quirk) => [`H.264, ${quirk}`, { quirks: [quirk] }])),
  ...Object.fromEntries(
    (['parameter-sets-apart', 'no-marker', 'marker-per-nal', 'aggregated', 'no-sprop'] as const).map((quirk) => [
      `H.265, ${quirk}`,
      { codec: 'h265', quirks: [quirk] },
    ]),
  ),
  'MJPEG, no-marker': { codec: 'mjpeg', quirks: ['no-marker'] },
  'RTP times that wrap': { wrapAfterMs: 500 },
  'B-pictures': { bFrames: 2 },
  'B-pictures of H.265': { codec: 'h265', bFrames: 2 },
  'B-pictures, no-marker': { bFrames: 2, quirks: ['no-marker'] },
  'pictures from before the connection': { firstPicture: 'cached', gop: 50 },
  'a first picture that is no key picture': { firstPicture: 'any', gop: 50 },
  'UDP alone': { transports: ['udp'] },
  'digest by SHA-256': { auth: 'digest-sha-256' },
};

describe('a camera with a quirk', function () {
  this.timeout(60_000);
  let camera: PacedCamera | undefined;
  afterEach(() => camera?.kill());

  for (const [name, options] of Object.entries(CAMERAS)) {
    itNeeds(NEEDS_FFMPEG, `is read picture by picture, each once and in order: ${name}`, async () => {
      camera = await PacedCamera.start({ ...SMALL, ...options });
      const numbers: (number | undefined)[] = [];
      const url = options.auth === undefined ? camera.url : camera.urlWithPassword;
      const watch = await CameraWatch.start(url, { transport: 'auto', maxFrames: FRAMES, slots: FRAMES }, (frame) =>
        numbers.push(stampOf(frame.picture, CAMERA_INPUT.width)),
      );
      await watch.until(() => watch.isComplete);
      assert.deepEqual(
        numbers,
        Array.from({ length: FRAMES }, (_, i) => numbers[0]! + i),
        JSON.stringify(watch.drops),
      );
      watch.assertInOrder();
    });
  }
});
