import assert from 'node:assert/strict';
import sharp from 'sharp';
import type { Original, OriginalRequest } from '../../../src/streaming/originals/answer.js';
import { createOriginals, type Originals } from '../../../src/streaming/originals/originals.js';
import { CAMERA_INPUT, CameraWatch, type SeenFrame } from '../../helpers/camera-watch.js';
import { NEEDS_FFMPEG } from '../../helpers/clips.js';
import { HttpCamera } from '../../helpers/http-camera.js';
import { HttpServers } from '../../helpers/http-servers.js';
import { itNeeds } from '../../helpers/needs.js';
import { PacedCamera, stampOf, type PacedCameraOptions } from '../../helpers/paced-camera/index.js';
import { children, HAS_PROC, until } from '../../helpers/processes.js';

/** Half of it is lost in the detector's input. */
const SIZE = { width: 640, height: 360 };
const LAST_OF_STAMP = { x1: 0, y1: 0, x2: 640, y2: 27 };

/** The number that is drawn into a JPEG. */
async function numberIn({ jpeg, width, height }: Original): Promise<number | undefined> {
  const image = await sharp(jpeg).greyscale().raw().toBuffer();
  const fit = { scaleX: 1, scaleY: 1, padX: 0, padY: 0, contentWidth: width, contentHeight: height };
  return stampOf({ image, size: { width, height }, fit }, width);
}

describe('original pictures of a camera', function () {
  this.timeout(120_000);
  const watches: CameraWatch[] = [];
  const cameras: PacedCamera[] = [];
  const httpCameras: HttpCamera[] = [];
  const servers = new HttpServers();
  let originals: Originals;
  /** Of each frame, by `seq`. */
  let numbers: (number | undefined)[] = [];

  beforeEach(() => {
    originals = createOriginals();
    numbers = [];
  });
  afterEach(async () => {
    for (const watch of watches.splice(0)) watch.stop();
    await originals.close();
    await Promise.all(cameras.splice(0).map((camera) => camera.kill()));
    await Promise.all(httpCameras.splice(0).map((camera) => camera.kill()));
    await servers.close();
    if (HAS_PROC) await until(() => children().length === 0);
  });

  const watchUrl = async (...[url, options]: Parameters<typeof CameraWatch.start>): Promise<CameraWatch> => {
    const watch = await CameraWatch.start(url, { originals, ...options }, ({ seq, picture }) => {
      numbers[seq] = stampOf(picture, CAMERA_INPUT.width);
    });
    watches.push(watch);
    return watch;
  };
  const watchCamera = async (options: Partial<PacedCameraOptions>): Promise<[PacedCamera, CameraWatch]> => {
    const camera = await PacedCamera.start({ ...SIZE, loopSeconds: 10, ...options });
    cameras.push(camera);
    return [camera, await watchUrl(camera.url)];
  };
  const pictureOf = async (frame: SeenFrame, request?: OriginalRequest): Promise<Original> => {
    const answer = await originals.jpeg(frame, request);
    assert.ok(answer.jpeg !== undefined, `frame ${frame.seq}: ${JSON.stringify(answer)}`);
    return answer;
  };
  const check = async (frames: readonly SeenFrame[]): Promise<void> => {
    for (const frame of frames) {
      const picture = await pictureOf(frame);
      assert.deepEqual([picture.width, picture.height], [SIZE.width, SIZE.height]);
      assert.equal(typeof numbers[frame.seq], 'number');
      assert.equal(await numberIn(picture), numbers[frame.seq], `frame ${frame.seq}`);
    }
  };

  for (const options of [
    { codec: 'h264', bFrames: 2 },
    { codec: 'h264', transports: ['udp'] },
    { codec: 'h265' },
  ] as const satisfies Partial<PacedCameraOptions>[]) {
    itNeeds(
      NEEDS_FFMPEG,
      `are those of the frames, at full size, over RTSP with ${JSON.stringify(options)}`,
      async () => {
        const [, watch] = await watchCamera({ ...options, gop: 20 });
        await watch.framesOfEpoch(0, 70);
        const frames = [...watch.frames];
        await check([0, 1, 2, 3, 18, 19, 20, 21, 22, 47, frames.length - 1].map((i) => frames[i]));
        const part = await pictureOf(frames[23], { box: LAST_OF_STAMP });
        assert.deepEqual([part.width, part.height], [640, 27]);
        assert.equal(await numberIn(part), numbers[frames[23].seq]);
        watch.assertInOrder();
      },
    );
  }

  for (const options of [
    { format: 'mpegts', codec: 'h264', bFrames: 2 },
    { format: 'mpegts', codec: 'h265', bFrames: 0 },
    { format: 'flv', codec: 'h264', bFrames: 2 },
  ] as const) {
    itNeeds(
      NEEDS_FFMPEG,
      `are those of the frames if ffmpeg reads the camera: ${JSON.stringify(options)}`,
      async () => {
        const camera = await HttpCamera.start({ ...SIZE, ...options });
        httpCameras.push(camera);
        const watch = await watchUrl(camera.url);
        await watch.framesOfEpoch(0, 70);
        const frames = [...watch.frames];
        await check([0, 1, 2, 3, 24, 25, 26, 47, frames.length - 4].map((i) => frames[i]));
        watch.assertInOrder();
        // The first one looked for pictures.
        assert.equal(camera.connections, 2);
      },
    );
  }

  itNeeds(NEEDS_FFMPEG, 'are those of both connections after the camera was lost', async () => {
    const [camera, watch] = await watchCamera({ codec: 'h264', bFrames: 2, gop: 20 });
    await watch.framesOfEpoch(0, 30);
    await camera.command({ do: 'hang-up' });
    await watch.framesOfEpoch(1, 30);
    const [before, after] = [0, 1].map((epoch) => watch.frames.filter((frame) => frame.epoch === epoch));
    await check([before[3], before.at(-1)!, after[0], after[1], after[21]]);
  });

  itNeeds(NEEDS_FFMPEG, 'have the size at which each was sent', async () => {
    const [camera, watch] = await watchCamera({ codec: 'h264', gop: 20 });
    await watch.framesOfEpoch(0, 10);
    await camera.command({ do: 'resize', width: 480, height: 270 });
    await watch.until(() => watch.frames.filter(({ size }) => size.width === 480).length > 10);
    for (const width of [640, 480]) {
      const frame = watch.frames.findLast(({ size }) => size.width === width)!;
      const picture = await pictureOf(frame);
      assert.deepEqual([picture.width, picture.height], [frame.size.width, frame.size.height]);
      assert.equal(await numberIn(picture), numbers[frame.seq]);
    }
  });

  itNeeds(NEEDS_FFMPEG, 'are the bytes that a camera sends as JPEG', async () => {
    const files = await Promise.all(
      [10, 90, 170, 250].map((grey) =>
        sharp({ create: { ...SIZE, channels: 3, background: { r: grey, g: grey, b: grey } } })
          .jpeg()
          .toBuffer(),
      ),
    );
    const url = await servers.serve((_, response) => {
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=b' });
      for (const file of files) {
        response.write(`--b\r\nContent-Type: image/jpeg\r\nContent-Length: ${file.length}\r\n\r\n`);
        response.write(file);
        response.write('\r\n');
      }
    });
    const watch = await watchUrl(`${url}/video`);
    await watch.until(() => watch.frames.length === files.length);
    for (const frame of watch.frames) {
      const picture = await pictureOf(frame);
      assert.deepEqual(Buffer.from(picture.jpeg), files[frame.seq]);
      const part = await pictureOf(frame, { box: { x1: 100, y1: 50, x2: 200, y2: 90 } });
      const { data, info } = await sharp(part.jpeg).greyscale().raw().toBuffer({ resolveWithObject: true });
      assert.deepEqual([info.width, info.height], [100, 40]);
      assert.ok(Math.abs(data[0] - [10, 90, 170, 250][frame.seq]) <= 3, `frame ${frame.seq}: ${data[0]}`);
    }
  });

  itNeeds(NEEDS_FFMPEG, 'are not kept if ffmpeg reads RTSP, nor after the end of the camera', async () => {
    const camera = await PacedCamera.start({ ...SIZE, codec: 'h264', loopSeconds: 10 });
    cameras.push(camera);
    const watch = await watchUrl(camera.url, { transport: 'ffmpeg' });
    await watch.framesOfEpoch(0, 3);
    const answer = await originals.jpeg(watch.frames[0]);
    assert.ok(answer.jpeg === undefined);
    assert.deepEqual([answer.reason, /ffmpeg reads this camera/.test(answer.message)], ['not-kept', true]);
    watch.stop();
    const after = await originals.jpeg(watch.frames[0]);
    assert.ok(after.jpeg === undefined && after.reason === 'not-kept' && /it has ended/.test(after.message));
  });
});
