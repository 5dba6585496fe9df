import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lastValueFrom, tap, type Observable } from 'rxjs';
import sharp from 'sharp';
import type { SourceEvent } from '../../../src/core/events.js';
import type { Frame } from '../../../src/core/frame.js';
import { openSource } from '../../../src/app/library.js';
import type { Original } from '../../../src/streaming/originals/answer.js';
import { createOriginals, type Originals } from '../../../src/streaming/originals/originals.js';
import { clipFolder, NEEDS_FFMPEG, pattern } from '../../helpers/clips.js';
import { itNeeds } from '../../helpers/needs.js';
import { meanDifference } from '../../helpers/differences.js';

/** Of the clips; the detector's input loses three quarters of it. */
const SIZE = { width: 192, height: 128 };
const INPUT = { width: 96, height: 96 };
/** Of what JPEG changes in a pixel, on average. */
const MOST_JPEG_ERROR = 6;

type Seen = Pick<Frame, 'streamId' | 'seq' | 'ptsMs'> & Frame['picture']['size'];

async function play(source: Observable<SourceEvent>): Promise<Seen[]> {
  const seen: Seen[] = [];
  await lastValueFrom(
    source.pipe(
      tap((event) => {
        if (event.type !== 'frame') return;
        const { streamId, seq, ptsMs, picture } = event;
        seen.push({ streamId, seq, ptsMs, ...picture.size });
        event.release();
      }),
    ),
  );
  return seen;
}

/** Every picture of a file as it is shown, in order, as RGB. */
function picturesOf(path: string, { width, height } = SIZE): Buffer[] {
  const scale = 'scale=flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp,format=rgb24';
  const pixels = execFileSync(
    'ffmpeg',
    ['-nostdin', '-v', 'error', '-i', path, '-map', '0:V:0', '-fps_mode', 'passthrough', '-vf', scale].concat(
      '-f',
      'rawvideo',
      'pipe:1',
    ),
    { maxBuffer: 2 ** 29, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const bytes = 3 * width * height;
  return Array.from({ length: pixels.length / bytes }, (_, i) => pixels.subarray(i * bytes, (i + 1) * bytes));
}

describe('original pictures of a file', function () {
  this.timeout(120_000);
  const clips = clipFolder();
  let originals: Originals;
  beforeEach(() => {
    originals = createOriginals();
  });
  afterEach(() => originals.close());

  const open = (path: string): Promise<Observable<SourceEvent>> =>
    openSource(path, { input: INPUT, streamId: 'clip', pace: 'max', originals });
  const pictureOf = async (frame: Seen, box?: Original['box']): Promise<Original> => {
    const answer = await originals.jpeg(frame, { quality: 100, ...(box && { box }) });
    assert.ok(answer.jpeg !== undefined, `frame ${frame.seq}: ${JSON.stringify(answer)}`);
    return answer;
  };
  /** The place in the file of the picture that is most like the JPEG. */
  const placeOf = async ({ jpeg }: Original, pictures: readonly Buffer[]): Promise<number> => {
    const pixels = await sharp(jpeg).raw().toBuffer();
    const errors = pictures.map((each) => meanDifference(pixels, each));
    const least = Math.min(...errors);
    assert.ok(least < MOST_JPEG_ERROR, `differs by ${least}`);
    return errors.indexOf(least);
  };

  /** The rate varies from the fourth second on. */
  const VARYING = ['-vf', 'setpts=if(lt(N\\,100)\\,N\\,N+mod(N\\,3)*0.3)/25/TB', '-fps_mode', 'passthrough'];
  for (const [name, rate] of Object.entries({
    'clip.mp4': VARYING,
    'clip.mkv': VARYING,
    'clip.ts': VARYING,
    'clip.avi': VARYING,
    // Its pictures have no times.
    'clip.h264': [],
  })) {
    itNeeds(NEEDS_FFMPEG, `are those of the frames, even after the end, for ${name}`, async () => {
      const groups = ['-preset', 'veryfast', '-bf', '3', '-g', '50', '-x264-params', 'open-gop=1:scenecut=0'];
      const path = clips.make(...pattern('192x128', 25, 8), ...rate, '-c:v', 'libx264', ...groups, name);
      const frames = await play(await open(path));
      const pictures = picturesOf(path);
      assert.equal(frames.length, pictures.length);
      for (const place of [0, 1, 24, 25, 49, 50, 51, 101, 102, 148, 149, 150, 151, frames.length - 1])
        assert.equal(await placeOf(await pictureOf(frames[place]), pictures), place);
    });
  }

  itNeeds(NEEDS_FFMPEG, 'are upright like the boxes, if the file is rotated', async () => {
    const lying = clips.make(...pattern(`${SIZE.width}x${SIZE.height}`, 25, 3), '-c:v', 'libx264', 'lying.mp4');
    const path = clips.make('-i', lying, '-c', 'copy', '-metadata:s:v:0', 'rotate=90', 'upright.mp4');
    const frames = await play(await open(path));
    const shown = { width: SIZE.height, height: SIZE.width };
    assert.deepEqual([frames[60].width, frames[60].height], [shown.width, shown.height]);
    const pictures = picturesOf(path, shown);
    const whole = await pictureOf(frames[60]);
    assert.deepEqual([whole.width, whole.height], [shown.width, shown.height]);
    assert.equal(await placeOf(whole, pictures), 60);
    const box = { x1: 20, y1: 100, x2: 90, y2: 192 };
    const wanted = await sharp(pictures[60], { raw: { ...shown, channels: 3 } })
      .extract({ left: 20, top: 100, width: 70, height: 92 })
      .raw()
      .toBuffer();
    const part = await pictureOf(frames[60], box);
    assert.deepEqual(part.box, box);
    assert.ok(meanDifference(await sharp(part.jpeg).raw().toBuffer(), wanted) < MOST_JPEG_ERROR);
  });

  itNeeds(NEEDS_FFMPEG, 'have a reason if the file has no such picture, or is gone', async () => {
    const path = clips.make(...pattern('64x48', 25, 2), '-c:v', 'libx264', 'short.mp4');
    const frames = await play(await open(path));
    const missing = await originals.jpeg({ ...frames[40], ptsMs: frames[40].ptsMs + 3 });
    assert.ok(missing.jpeg === undefined && missing.reason === 'undecodable');
    execFileSync('rm', [path]);
    const gone = await originals.jpeg(frames[40]);
    assert.ok(gone.jpeg === undefined && gone.reason === 'undecodable');
    assert.match(gone.message, /No such file/);
  });

  it('are the files of a folder of pictures', async () => {
    const folder = clips.path('folder');
    execFileSync('mkdir', [folder]);
    for (const [i, grey] of [20, 120, 220].entries()) {
      const image = sharp({ create: { ...SIZE, channels: 3, background: { r: grey, g: grey, b: grey } } });
      // A name does not tell the format.
      await (i === 1 ? image.png() : image.jpeg()).toFile(`${folder}/${i}.jpg`);
    }
    const frames = await play(await open(folder));
    assert.equal(frames.length, 3);
    for (const frame of frames) {
      const answer = await originals.jpeg(frame);
      assert.ok(answer.jpeg !== undefined);
      assert.equal((await sharp(answer.jpeg).metadata()).format, 'jpeg');
      const { channels } = await sharp(answer.jpeg).stats();
      assert.ok(Math.abs(channels[0].mean - [20, 120, 220][frame.seq]) < 3);
    }
    const none = await originals.jpeg({ ...frames[0], seq: 3 });
    assert.ok(none.jpeg === undefined && none.reason === 'unknown');
  });
});
