import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { clipFolder, NEEDS_FFMPEG } from '../../../helpers/clips.js';
import { CameraWatch } from '../../../helpers/camera-watch.js';
import { HttpServers } from '../../../helpers/http-servers.js';
import { itNeeds } from '../../../helpers/needs.js';

const FPS = 15;
const SEGMENTS = 6;
const WINDOW = 3;
/** A player begins with the last segment but one. */
const PLAYED = SEGMENTS - WINDOW + 2;
const INPUT = { width: 64, height: 64 };
/** Each picture is two steps brighter than the one before; black is 16 of 256, and white 219 steps more. */
const numberOf = (image: Uint8Array): number => Math.round((image[image.length / 2] * 219) / 255 / 2);

describe('a live playlist whose segments were coded apart', function () {
  this.timeout(60_000);
  const clips = clipFolder();
  const servers = new HttpServers();
  let camera: CameraWatch | undefined;
  afterEach(async () => {
    camera?.stop();
    camera = undefined;
    await servers.close();
  });

  /** A segment of one second from this time on, whose pictures carry numbers. */
  const segment = (index: number, startSeconds: number, bPictures: number): string => {
    const first = index * FPS;
    const source = `color=black:size=64x64:rate=${FPS}:duration=1,format=yuv420p,geq=lum='16+2*(N+${first})':cb=128:cr=128`;
    const coding = ['-c:v', 'libx264', '-preset', 'veryfast', '-qp', '4', '-g', '100', '-bf', String(bPictures)];
    const start = ['-output_ts_offset', String(startSeconds), '-muxdelay', '0'];
    return clips.make('-f', 'lavfi', '-i', source, ...coding, ...start, `apart${index}.ts`);
  };

  /** The window slides as the player fetches, so that no segment leaves before it was played. */
  const serve = (segments: readonly string[]): Promise<string> => {
    let fetched = 0;
    return servers.serve(({ url = '' }, response) => {
      const index = segments.findIndex((path) => url === `/${basename(path)}`);
      if (index >= 0) {
        fetched = Math.max(fetched, index);
        response.end(readFileSync(segments[index]));
        return;
      }
      const from = Math.min(Math.max(0, fetched - 1), segments.length - WINDOW);
      const parts = segments.slice(from, from + WINDOW).map((path) => `#EXTINF:1,\n${basename(path)}\n`);
      const end = from + WINDOW === segments.length ? '#EXT-X-ENDLIST\n' : '';
      response.end(`#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:${from}\n${parts.join('')}${end}`);
    });
  };

  for (const [title, bPictures, startOf] of [
    ['follow each other', 0, (index: number) => index],
    ['reorder pictures', 2, (index: number) => index],
    ['overlap by two pictures and leave gaps of two', 2, (index: number) => index + (index % 2 === 0 ? 2 / FPS : 0)],
    ['overlap by six pictures', 0, (index: number) => 0.6 * index],
    ['leave a second out', 2, (index: number) => index + (index < 3 ? 0 : 1)],
    ['begin at zero again', 2, () => 0],
  ] as const) {
    itNeeds(NEEDS_FFMPEG, `gives each picture once, and none as damaged, if they ${title}`, async () => {
      const segments = Array.from({ length: SEGMENTS }, (_, i) => segment(i, startOf(i), bPictures));
      const numbers: number[] = [];
      camera = await CameraWatch.start(
        `${await serve(segments)}/live.m3u8`,
        { input: INPUT, transport: 'ffmpeg', slots: PLAYED * FPS, maxFrames: PLAYED * FPS },
        ({ picture, corrupt }) => numbers.push(corrupt ? -1 : numberOf(picture.image)),
      );
      await camera.until(() => camera!.isComplete);
      assert.deepEqual(
        numbers,
        Array.from({ length: PLAYED * FPS }, (_, i) => i + (SEGMENTS - PLAYED) * FPS),
      );
      camera.assertInOrder();
    });
  }
});
