import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Observable } from 'rxjs';
import sharp from 'sharp';
import { toSource } from '../../../src/core/fit.js';
import type { SourceEvent } from '../../../src/core/events.js';
import type { Frame } from '../../../src/core/frame.js';
import type { Size } from '../../../src/core/size.js';
import type { View } from '../../../src/core/view.js';
import { locateFfmpeg, type Ffmpeg } from '../../../src/streaming/ffmpeg/binary.js';
import { createOriginals, type Originals } from '../../../src/streaming/originals/originals.js';
import type { RgbPicture } from '../../../src/streaming/pictures/rgb-picture.js';
import { openPictures } from '../../../src/streaming/sinks/annotated-pictures/open-pictures.js';
import { annotateVideo } from '../../../src/streaming/sinks/annotated-video/annotated-video.js';
import { folderSource } from '../../../src/streaming/sources/folder/folder.js';
import { videoSource } from '../../../src/streaming/sources/video/video.js';
import { clipFolder, NEEDS_FFMPEG, pattern } from '../../helpers/clips.js';
import { meanDifference } from '../../helpers/differences.js';
import { monotonicClock } from '../../helpers/monotonic.js';
import { itNeeds } from '../../helpers/needs.js';
import { temporaryFolder } from '../../helpers/temporary.js';
import { perceptOf } from '../events.js';

const INPUT = { width: 320, height: 320, channels: 'rgb' } as const;
/** Half a pixel of chroma, which is as coarse as two of luma. */
const MOST_OFF = 1.5;

/** The red rectangle of the clips, at x 60 to 100 and y 40 to 60 of 320x240 grey pixels. */
const MARKER = ['-f', 'lavfi', '-i', 'color=gray:s=320x240:r=5:d=1,drawbox=60:40:40:20:red:fill'] as const;
const FINE = ['-c:v', 'libx264', '-crf', '4', '-pix_fmt', 'yuv420p'] as const;

type Corners = readonly [x1: number, y1: number, x2: number, y2: number];
type Case = { readonly view: View; readonly size: Size; readonly marker: Corners };

const CASES: Readonly<Record<string, Case>> = {
  'turned by 90': { view: { rotate: 90 }, size: { width: 240, height: 320 }, marker: [180, 60, 200, 100] },
  'turned by 180': { view: { rotate: 180 }, size: { width: 320, height: 240 }, marker: [220, 180, 260, 200] },
  'turned by 270': { view: { rotate: 270 }, size: { width: 240, height: 320 }, marker: [40, 220, 60, 260] },
  cropped: {
    view: { crop: { width: 128, height: 96, x: 40, y: 20 } },
    size: { width: 128, height: 96 },
    marker: [20, 20, 60, 40],
  },
  'cropped between samples of chroma': {
    view: { crop: { width: 101, height: 51, x: 43, y: 29 } },
    size: { width: 101, height: 51 },
    marker: [17, 11, 57, 31],
  },
  'cropped to its last pixel': {
    view: { crop: { width: 270, height: 210, x: 50, y: 30 } },
    size: { width: 270, height: 210 },
    marker: [10, 10, 50, 30],
  },
  'of 16:9': {
    view: { aspect: { width: 16, height: 9 } },
    size: { width: 427, height: 240 },
    marker: [80, 40, 133.4, 60],
  },
  'of 3:4, turned by 180': {
    view: { aspect: { width: 3, height: 4 }, rotate: 180 },
    size: { width: 180, height: 240 },
    marker: [123.75, 180, 146.25, 200],
  },
  'of 4:1, turned by 90, and cropped': {
    view: { aspect: { width: 4, height: 1 }, rotate: 90, crop: { width: 90, height: 200, x: 150, y: 150 } },
    size: { width: 90, height: 200 },
    marker: [30, 30, 50, 150],
  },
};

/** Of files that state a shape or a rotation themselves. */
const STATED: Readonly<Record<string, Case & { readonly make: readonly string[]; readonly copied?: true }>> = {
  'of wide pixels, turned by 270': {
    make: ['-vf', 'setsar=2/1'],
    view: { rotate: 270 },
    size: { width: 240, height: 640 },
    marker: [40, 440, 60, 520],
  },
  'of wide pixels, turned by 270, and cropped': {
    make: ['-vf', 'setsar=2/1'],
    view: { rotate: 270, crop: { width: 120, height: 299, x: 1, y: 301 } },
    size: { width: 120, height: 299 },
    marker: [39, 139, 59, 219],
  },
  'of wide pixels that are really square': {
    make: ['-vf', 'setsar=2/1'],
    view: { aspect: { width: 4, height: 3 } },
    size: { width: 320, height: 240 },
    marker: [60, 40, 100, 60],
  },
  'turned to the left by the file, and to the right again': {
    make: ['-c', 'copy', '-metadata:s:v:0', 'rotate=90'],
    copied: true,
    view: { rotate: 90 },
    size: { width: 320, height: 240 },
    marker: [60, 40, 100, 60],
  },
};

/** The corners of the red pixels, in pixels of the picture. */
function markerIn({ width, height, pixels }: RgbPicture): Corners {
  const isRed = (x: number, y: number): boolean => {
    const at = 3 * (y * width + x);
    return pixels[at] - pixels[at + 1] > 127;
  };
  const columns = Array.from({ length: width }, (_, x) => x).filter((x) =>
    Array.from({ length: height }, (_, y) => y).some((y) => isRed(x, y)),
  );
  const rows = Array.from({ length: height }, (_, y) => y).filter((y) => columns.some((x) => isRed(x, y)));
  assert.ok(columns.length > 0, 'the picture shows the marker');
  return [columns[0], rows[0], columns.at(-1)! + 1, rows.at(-1)! + 1];
}

function markerInFrame({ picture: { image, fit } }: Frame): Corners {
  const plane = INPUT.width * INPUT.height;
  const pixels = new Uint8Array(3 * plane);
  for (let i = 0; i < plane; i++) for (let c = 0; c < 3; c++) pixels[3 * i + c] = image[c * plane + i];
  const [x1, y1, x2, y2] = markerIn({ width: INPUT.width, height: INPUT.height, pixels });
  const box = toSource({ x1, y1, x2, y2 }, fit);
  return [box.x1, box.y1, box.x2, box.y2];
}

async function rgbOf(file: Uint8Array | string): Promise<RgbPicture> {
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: data };
}

function assertNear(found: Corners, wanted: Corners, most: number, what: string): void {
  for (const [i, value] of wanted.entries())
    assert.ok(Math.abs(found[i] - value) <= most, `${what}: ${found.join(' ')} instead of ${wanted.join(' ')}`);
}

describe('a view of a source', function () {
  this.timeout(120_000);
  const clips = clipFolder();
  const folder = temporaryFolder();
  let ffmpeg: Ffmpeg;
  let originals: Originals;
  before(async () => {
    ffmpeg = await locateFfmpeg(process.env, tmpdir());
  });
  beforeEach(() => {
    originals = createOriginals();
  });
  afterEach(() => originals.close());

  const playing = () => ({ streamId: 'clip', input: INPUT, pace: 'max', clock: monotonicClock, originals }) as const;

  /** Checks the marker in each frame, and in each frame's original. */
  const check = async (source: Observable<SourceEvent>, { size, marker }: Case): Promise<number> => {
    const frames: Frame[] = [];
    await source.forEach((event) => {
      if (event.type !== 'frame') return;
      assert.deepEqual(event.picture.size, size);
      assertNear(markerInFrame(event), marker, MOST_OFF + 1 / event.picture.fit.scaleX, `frame ${event.seq}`);
      frames.push(event);
      event.release();
    });
    for (const frame of frames) {
      const answer = await originals.jpeg(frame);
      assert.ok(answer.jpeg !== undefined, JSON.stringify(answer));
      assert.deepEqual({ width: answer.width, height: answer.height }, size);
      const picture = await rgbOf(answer.jpeg);
      assert.deepEqual({ width: picture.width, height: picture.height }, size);
      assertNear(markerIn(picture), marker, MOST_OFF, `original ${frame.seq}`);
    }
    return frames.length;
  };

  /** Checks the marker in the annotated video, whose sides are even. */
  const checkAnnotated = async (source: string, { view, size, marker }: Case): Promise<void> => {
    const out = join(folder(), 'out.mp4');
    await annotateVideo({ ffmpeg, source, percepts: [], out, view });
    const file = join(folder(), 'out.png');
    execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', '-i', out, '-frames:v', '1', file]);
    const picture = await rgbOf(readFileSync(file));
    const even = { width: 2 * Math.ceil(size.width / 2), height: 2 * Math.ceil(size.height / 2) };
    assert.deepEqual({ width: picture.width, height: picture.height }, even);
    assertNear(markerIn(picture), marker, MOST_OFF + 1, 'annotated');
  };

  for (const [name, wanted] of Object.entries(CASES)) {
    itNeeds(NEEDS_FFMPEG, `shows a video ${name}, in frames, originals and annotated`, async () => {
      const path = clips.make(...MARKER, ...FINE, 'clip.mp4');
      assert.equal(await check(videoSource(path, { ...playing(), ffmpeg, view: wanted.view }), wanted), 5);
      await checkAnnotated(path, wanted);
    });

    itNeeds(NEEDS_FFMPEG, `shows pictures ${name}, in frames, originals and annotated`, async () => {
      const place = join(folder(), 'pictures');
      mkdirSync(place);
      execFileSync('ffmpeg', ['-nostdin', '-v', 'error', ...MARKER, '-frames:v', '1', join(place, '1.png')]);
      await sharp(join(place, '1.png')).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toFile(join(place, '2.jpg'));
      assert.equal(await check(folderSource(place, { ...playing(), view: wanted.view }), wanted), 2);
      const save = join(folder(), 'found');
      const { aspect, rotate, crop } = wanted.view;
      const settings = {
        ...(aspect && { aspect: `${aspect.width}:${aspect.height}` }),
        ...(rotate && { rotate }),
        ...(crop && { crop: `${crop.width}x${crop.height}+${crop.x}+${crop.y}` }),
      };
      const context = { sources: [{ id: 'p', address: place, settings, pictures: 'in-files' }] };
      const sink = openPictures(save, context as unknown as Parameters<typeof openPictures>[1]);
      for (const file of ['1.png', '2.jpg']) sink.write({ ...perceptOf(0, { detections: [] }), file });
      const progress = { bar: () => ({ set: () => undefined, done: () => undefined }) };
      await sink.finish!({ progress } as unknown as Parameters<NonNullable<typeof sink.finish>>[0]);
      for (const file of ['1.png', '2.jpg']) {
        const { width, height, pixels } = await rgbOf(join(save, file));
        assert.deepEqual({ width, height }, wanted.size);
        assertNear(markerIn({ width, height, pixels }), wanted.marker, MOST_OFF, file);
      }
    });
  }

  for (const [name, wanted] of Object.entries(STATED))
    itNeeds(NEEDS_FFMPEG, `shows a video ${name}, in frames, originals and annotated`, async () => {
      const plain = clips.make(...MARKER, ...(wanted.copied ? [] : wanted.make), ...FINE, 'stated.mp4');
      const path = wanted.copied ? clips.make('-i', plain, ...wanted.make, 'turned.mp4') : plain;
      assert.equal(await check(videoSource(path, { ...playing(), ffmpeg, view: wanted.view }), wanted), 5);
      await checkAnnotated(path, wanted);
    });

  for (const [name, view] of Object.entries<View>({
    'turned and cropped': { rotate: 90, crop: { width: 131, height: 77, x: 33, y: 51 } },
    stretched: { aspect: { width: 2, height: 1 } },
  }))
    itNeeds(NEEDS_FFMPEG, `shows the same pixels of a picture and of a video, ${name}`, async () => {
      const place = join(folder(), 'pictures');
      mkdirSync(place);
      const picture = join(place, '1.png');
      execFileSync('ffmpeg', ['-nostdin', '-v', 'error', ...pattern('320x240', 5, 1), '-frames:v', '1', picture]);
      const video = clips.make('-i', picture, '-c:v', 'ffv1', '-pix_fmt', 'gbrp', 'same.mkv');
      const shown = [];
      for (const source of [
        folderSource(place, { ...playing(), view }),
        videoSource(video, { ...playing(), ffmpeg, view }),
      ]) {
        let frame: Frame | undefined;
        await source.forEach((event) => {
          if (event.type !== 'frame') return;
          frame = event;
          event.release();
        });
        const answer = await originals.jpeg(frame!, { quality: 100 });
        assert.ok(answer.jpeg !== undefined);
        shown.push(await rgbOf(answer.jpeg));
      }
      const difference = meanDifference(shown[0].pixels, shown[1].pixels);
      // Their cubic filters have other coefficients.
      assert.ok(difference < 3, `the pictures differ by ${difference} on average`);
    });

  const statuses = async (source: Observable<SourceEvent>): Promise<{ messages: string[]; frames: number }> => {
    const messages: string[] = [];
    let frames = 0;
    await source
      .forEach((event) => {
        if (event.type === 'status') messages.push(`${event.state}: ${event.message}`);
        if (event.type !== 'frame') return;
        frames++;
        event.release();
      })
      .catch((error: unknown) => messages.push((error as Error).message));
    return { messages, frames };
  };
  const OUTSIDE = { crop: { width: 200, height: 100, x: 121, y: 30 } };

  itNeeds(NEEDS_FFMPEG, 'refuses a crop outside of the picture, with the size of the picture', async () => {
    const path = clips.make(...MARKER, ...FINE, 'clip.mp4');
    assert.deepEqual(await statuses(videoSource(path, { ...playing(), ffmpeg, view: OUTSIDE })), {
      messages: [
        `"${path}" cannot be read: the crop 200x100+121+30 lies outside of the picture, which has 320x240 pixels; choose a part of it`,
      ],
      frames: 0,
    });
    const picture = join(folder(), 'one.png');
    execFileSync('ffmpeg', ['-nostdin', '-v', 'error', ...MARKER, '-frames:v', '1', picture]);
    const { messages } = await statuses(folderSource(picture, { ...playing(), view: OUTSIDE }));
    assert.equal(
      messages.at(-1),
      '1 picture of 1 cannot be read: one.png; the crop 200x100+121+30 lies outside of the picture, which has 320x240 pixels; choose a part of it',
    );
  });

  /** A stream whose parts have other sizes, or pixels of another shape. */
  const changing = (...sizes: readonly (readonly [size: string, aspect: string])[]): string => {
    const parts = sizes.map(([size, aspect], i) =>
      clips.make(
        ...[...pattern(size, 10, 1), '-vf', `setsar=${aspect}`, ...FINE, '-output_ts_offset', String(i)],
        `part${i}.ts`,
      ),
    );
    const path = clips.path('changing.ts');
    writeFileSync(path, Buffer.concat(parts.map((part) => readFileSync(part))));
    return path;
  };

  itNeeds(NEEDS_FFMPEG, 'reports a picture that changes its size, even if the cropped part does not', async () => {
    const path = changing(['320x240', '1/1'], ['640x480', '1/1']);
    const view = { crop: { width: 200, height: 100, x: 7, y: 30 } };
    const { messages, frames } = await statuses(videoSource(path, { ...playing(), ffmpeg, view }));
    assert.equal(frames, 20);
    assert.deepEqual(
      messages.map((message) => message.replace(/,.*/, '')),
      ['streaming: 200x100 of 320x240', 'streaming: the picture is now 200x100 of 640x480', 'ended: 20 frames'],
    );
  });

  itNeeds(NEEDS_FFMPEG, 'plays up to the picture that became too small for the crop', async () => {
    const path = changing(['320x240', '1/1'], ['160x120', '1/1']);
    const view = { crop: { width: 200, height: 100, x: 0, y: 0 } };
    const { messages, frames } = await statuses(videoSource(path, { ...playing(), ffmpeg, view }));
    assert.equal(frames, 10);
    assert.match(messages.at(-1)!, /the crop 200x100\+0\+0 lies outside of the picture, which has 160x120 pixels/);
  });

  itNeeds(NEEDS_FFMPEG, 'follows pixels that change their shape alone, unless it crops', async () => {
    const path = changing(['320x240', '1/1'], ['320x240', '2/1']);
    const sizes: string[] = [];
    await videoSource(path, { ...playing(), ffmpeg, view: { rotate: 90 } }).forEach((event) => {
      if (event.type !== 'frame') return;
      sizes.push(`${event.picture.size.width}x${event.picture.size.height}`);
      event.release();
    });
    assert.deepEqual(sizes, [...Array<string>(10).fill('240x320'), ...Array<string>(10).fill('240x640')]);
    const view = { crop: { width: 200, height: 100, x: 0, y: 0 } };
    const { messages } = await statuses(videoSource(path, { ...playing(), ffmpeg, view }));
    assert.match(messages.at(-1)!, /the pixels change their shape within the stream, which a crop does not follow/);
  });
});
