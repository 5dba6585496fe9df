import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { View } from '../../../../src/core/view.js';
import { locateFfmpeg } from '../../../../src/streaming/ffmpeg/binary.js';
import { createOriginals, type Originals } from '../../../../src/streaming/originals/originals.js';
import { annotateVideo } from '../../../../src/streaming/sinks/annotated-video/annotated-video.js';
import type { CameraCopy } from '../../../../src/streaming/sources/camera/camera.js';
import { CameraWatch } from '../../../helpers/camera-watch.js';
import { NEEDS_FFMPEG } from '../../../helpers/clips.js';
import { itNeeds } from '../../../helpers/needs.js';
import { PacedCamera, stampOf, type PacedCameraOptions } from '../../../helpers/paced-camera/index.js';
import { children, HAS_PROC, until } from '../../../helpers/processes.js';
import { temporaryFolder } from '../../../helpers/temporary.js';

const CAMERA = { width: 640, height: 360, loopSeconds: 10 } as const;
/** As large as the whole picture, so that nothing is scaled. */
const INPUT = { width: 640, height: 640 };

/** Turned to the right, the number in the topmost row stands in the last columns, and runs downwards. */
const NUMBER_IN_TURNED: View = { rotate: 90, crop: { width: 60, height: 640, x: 300, y: 0 } };
const PART = { width: 60, height: 640 };

/** The number in a part of the turned picture: the part is turned back, and its lower rows are cut off. */
async function numberIn(grey: Uint8Array, width: number): Promise<number | undefined> {
  const image = await sharp(grey, { raw: { width, height: grey.length / width, channels: 1 } })
    .extract({ left: 0, top: 0, ...PART })
    .rotate(270)
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  const size = { width: PART.height, height: PART.width };
  const fit = { scaleX: 1, scaleY: 1, padX: 0, padY: 0, contentWidth: size.width, contentHeight: size.height };
  return stampOf({ image, size, fit }, size.width);
}

describe('a view of a camera', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const watches: CameraWatch[] = [];
  const cameras: PacedCamera[] = [];
  let originals: Originals;
  beforeEach(() => {
    originals = createOriginals();
  });
  afterEach(async () => {
    for (const watch of watches.splice(0)) watch.stop();
    await originals.close();
    await Promise.all(cameras.splice(0).map((camera) => camera.kill()));
    if (HAS_PROC) await until(() => children().length === 0);
  });

  const start = async (options: Partial<PacedCameraOptions> = {}): Promise<PacedCamera> => {
    const camera = await PacedCamera.start({ ...CAMERA, ...options });
    cameras.push(camera);
    return camera;
  };
  const watch = async (
    url: string,
    options: Parameters<typeof CameraWatch.start>[1],
    look?: Parameters<typeof CameraWatch.start>[2],
  ): Promise<CameraWatch> => {
    const started = await CameraWatch.start(url, { input: INPUT, originals, ...options }, look);
    watches.push(started);
    return started;
  };

  for (const [name, transport, options] of [
    ['that Nowcast reads, H.264', 'tcp', {}],
    ['that Nowcast reads, MJPEG', 'tcp', { codec: 'mjpeg' }],
    ['that ffmpeg reads', 'ffmpeg', {}],
  ] as const)
    itNeeds(NEEDS_FFMPEG, `is what frames, originals and annotated videos show, of a camera ${name}`, async () => {
      const camera = await start(options);
      const copies: CameraCopy[] = [];
      const images = new Map<number, Buffer>();
      const seen = await watch(
        camera.url,
        {
          transport,
          view: NUMBER_IN_TURNED,
          keepCopyTo: join(folder(), 'copy.nut'),
          onCopy: (copy) => copies.push(copy),
        },
        ({ seq, corrupt, picture }) => {
          if (!corrupt) images.set(seq, Buffer.from(picture.image.subarray(0, INPUT.width * INPUT.height)));
        },
      );
      await seen.framesOfEpoch(0, 20);
      const numbers = new Map<number, number>();
      for (const { seq, size } of seen.frames) {
        assert.deepEqual(size, PART);
        const number = await numberIn(images.get(seq)!, INPUT.width);
        assert.ok(number !== undefined, `frame ${seq} shows its number`);
        numbers.set(seq, number);
      }
      assert.match(seen.statuses.at(-1)!.message ?? '', /^60x640 of 360x640 /);
      const frame = seen.frames[15];
      const answer = await originals.jpeg(frame);
      assert.ok(answer.jpeg !== undefined, JSON.stringify(answer));
      const grey = await sharp(answer.jpeg).greyscale().raw().toBuffer();
      assert.equal(await numberIn(grey, answer.width), numbers.get(frame.seq));
      const last = seen.frames.at(-1)!.ptsMs;
      seen.stop();
      await until(() => children().length === 1);
      const out = join(folder(), 'out.mp4');
      const ffmpeg = await locateFfmpeg(process.env, tmpdir());
      const [{ path, offsets }] = copies;
      const view = NUMBER_IN_TURNED;
      await annotateVideo({ ffmpeg, source: path, percepts: [], out, offsets, untilPtsMs: last, view });
      const drawn = execFileSync(
        'ffmpeg',
        ['-nostdin', '-v', 'error', '-i', out, '-vf', 'format=gray', '-fps_mode', 'passthrough', '-f', 'rawvideo', '-'],
        { maxBuffer: 2 ** 28 },
      );
      const bytes = PART.width * PART.height;
      assert.ok(drawn.length >= 20 * bytes, `${drawn.length / bytes} pictures`);
      const first = await numberIn(drawn.subarray(0, bytes), PART.width);
      assert.equal(first, numbers.get(0));
    });

  itNeeds(
    NEEDS_FFMPEG,
    'has a part that is too large for the camera, which is an error that names its size',
    async () => {
      const crop = { width: 600, height: 300, x: 41, y: 0 };
      for (const transport of ['tcp', 'ffmpeg'] as const) {
        const camera = await start();
        const seen = await watch(camera.url, { transport, view: { crop }, giveUpFirst: true });
        await assert.rejects(
          seen.until(() => seen.frames.length > 0),
          /the crop 600x300\+41\+0 lies outside of the picture, which has 640x360 pixels/,
        );
      }
    },
  );

  itNeeds(
    NEEDS_FFMPEG,
    'is reported when the camera changes its size, and waits while its part is missing',
    async () => {
      const camera = await start();
      const seen = await watch(camera.url, { view: { crop: { width: 320, height: 180, x: 0, y: 0 } } });
      const statusOf = (pattern: RegExp): Promise<void> =>
        seen.until(() => seen.statuses.some(({ message }) => pattern.test(message ?? '')));
      await seen.framesOfEpoch(0, 3);
      await camera.command({ do: 'resize', width: 800, height: 450 });
      await statusOf(/^320x180 of 800x450 /);
      await camera.command({ do: 'resize', width: 160, height: 90 });
      await statusOf(/the crop 320x180\+0\+0 lies outside of the picture, which has 160x90 pixels/);
      await camera.command({ do: 'resize', width: 640, height: 360 });
      const before = seen.frames.length;
      await seen.until(() => seen.frames.length > before + 3);
      for (const { size } of seen.frames) assert.deepEqual(size, { width: 320, height: 180 });
      seen.assertInOrder();
    },
  );
});
