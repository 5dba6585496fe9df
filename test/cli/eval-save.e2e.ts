import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { NEEDS_FFMPEG, presentationTimes } from '../helpers/clips.js';
import { nowcast } from '../helpers/command.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';

const SIZE = { width: 320, height: 240 };
const FRAMES = 4;
/** A car moves by 40 pixels a frame. */
const boxOf = (frame: number): number[] => [20 + frame * 40, 100, 60, 40];
const GREY = 90;

/** Pixels of a written frame, R, G and B, row by row. */
type Shown = { readonly data: Uint8Array; readonly width: number };

describe('nowcast eval --save', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const at = (...names: string[]): string => join(folder(), ...names);
  const write = (name: string, value: unknown): string => {
    writeFileSync(at(name), JSON.stringify(value));
    return at(name);
  };

  /** Grey pictures of each sequence, the annotations and detections of a car, and a runtime. */
  async function dataSet({ sequences = ['drive'], size = SIZE } = {}): Promise<string[]> {
    const images = sequences.flatMap((_, sid) =>
      Array.from({ length: FRAMES }, (_, fid) => ({ id: sid * FRAMES + fid, sid, fid, name: `${fid}.png`, ...size })),
    );
    for (const { sid, name } of images) {
      mkdirSync(at('pictures', sequences[sid]), { recursive: true });
      await sharp({ create: { ...size, channels: 3, background: { r: GREY, g: GREY, b: GREY } } }).toFile(
        at('pictures', sequences[sid], name),
      );
    }
    const annotations = images.map(({ id, fid }) => ({
      id: id + 1,
      image_id: id,
      category_id: 1,
      bbox: boxOf(fid),
      area: 2400,
      iscrowd: 0,
    }));
    const results = images.map(({ id, fid }) => ({ image_id: id, category_id: 1, bbox: boxOf(fid), score: 0.9 }));
    return [
      '--annotations',
      write('annotations.json', {
        images,
        annotations,
        categories: [{ id: 1, name: 'car' }],
        sequences,
        seq_dirs: sequences,
      }),
      '--detections',
      write('found.json', results),
      '--runtime',
      write('runtime.json', { type: 'empirical', unit: 'ms', samples: [20] }),
    ];
  }

  async function jpeg(frame: number): Promise<Shown> {
    const { data, info } = await sharp(at('drawn', 'drive', `${String(frame).padStart(6, '0')}.jpg`))
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width };
  }

  /** The frames of a written MP4. */
  function framesOf(video: string, { width, height } = SIZE): Shown[] {
    const bytes = execFileSync('ffmpeg', ['-v', 'error', '-i', video, '-pix_fmt', 'rgb24', '-f', 'rawvideo', 'pipe:1']);
    const frameBytes = width * height * 3;
    return Array.from({ length: bytes.length / frameBytes }, (_, i) => ({
      data: bytes.subarray(i * frameBytes, (i + 1) * frameBytes),
      width,
    }));
  }

  /** Whether a line was drawn at a point: its grey is not that of the source. */
  function isDrawn({ data, width }: Shown, x: number, y: number): boolean {
    const from = (y * width + x) * 3;
    return [...data.subarray(from, from + 3)].some((value) => Math.abs(value - GREY) > 30);
  }

  /** An output takes less than a frame, so the boxes are those of the frame before, 40 pixels to the left. */
  function assertDrawn([first, , third]: readonly Shown[]): void {
    assert.equal(isDrawn(third, 60, 139), true, 'the right end of the lower line of the box of frame 1');
    assert.equal(isDrawn(first, 60, 120), false, 'nothing within the object of frame 0');
    assert.equal(isDrawn(third, 100, 120), true, 'the left side of the object of frame 2');
    assert.equal(isDrawn(first, 140, 110), false, 'no box beyond the object of frame 0');
  }

  /** The pictures as a video. */
  function clip(): string {
    execFileSync('ffmpeg', ['-v', 'error', '-i', at('pictures', 'drive', '%d.png'), '-c:v', 'ffv1', at('clip.mkv')]);
    return at('clip.mkv');
  }

  it('draws the objects of each frame, and the boxes that were current at its time', async () => {
    const args = [...(await dataSet()), '--data-root', at('pictures'), '--save', at('drawn')];
    const { code, stderr } = await nowcast(['eval', 'simulate', ...args]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      readdirSync(at('drawn', 'drive')).sort(),
      Array.from({ length: FRAMES }, (_, i) => `00000${i}.jpg`),
    );
    assertDrawn(await Promise.all([0, 1, 2].map(jpeg)));
  });

  itNeeds(
    NEEDS_FFMPEG,
    'writes an MP4 at the frame rate of the evaluation, from pictures and from a video',
    async () => {
      const data = await dataSet();
      for (const dataRoot of [at('pictures'), clip()]) {
        const args = ['--data-root', dataRoot, '--fps', '20', '--save', at('boxes.mp4')];
        const { code, stderr } = await nowcast(['eval', 'simulate', ...data, ...args]);
        assert.equal(code, 0, stderr);
        assertDrawn(framesOf(at('boxes.mp4')));
        assert.deepEqual(presentationTimes(at('boxes.mp4')), [0, 0.05, 0.1, 0.15]);
      }
      assert.deepEqual(
        readdirSync(folder()).filter((name) => name.startsWith('boxes')),
        ['boxes.mp4'],
      );
    },
  );

  itNeeds(NEEDS_FFMPEG, 'writes the frames of a video as JPEGs', async () => {
    const args = [...(await dataSet()), '--data-root', clip(), '--save', at('drawn')];
    const { code, stderr } = await nowcast(['eval', 'simulate', ...args]);
    assert.equal(code, 0, stderr);
    assert.equal(readdirSync(at('drawn', 'drive')).length, FRAMES);
    assertDrawn(await Promise.all([0, 1, 2].map(jpeg)));
  });

  itNeeds(NEEDS_FFMPEG, 'draws the pictures of eval offline, which have boxes of their own', async () => {
    const [flag, annotations] = await dataSet();
    for (const [dataRoot, save] of [
      [at('pictures'), at('drawn')],
      [clip(), at('boxes.mp4')],
    ]) {
      const args = [flag, annotations, '--data-root', dataRoot, '--save', save, '--provider', 'cpu'];
      const { code, stderr } = await nowcast(['eval', 'offline', ...args], { env: { NOWCAST_CACHE: at('cache') } });
      assert.equal(code, 0, stderr);
    }
    assert.deepEqual(
      presentationTimes(at('boxes.mp4')).map((seconds) => Math.round(seconds * 30)),
      [0, 1, 2, 3],
    );
    const jpegs = await Promise.all([0, 1, 2, 3].map(jpeg));
    const video = framesOf(at('boxes.mp4'));
    for (const shown of [jpegs, video]) {
      assert.equal(shown.length, FRAMES);
      assert.equal(isDrawn(shown[2], 100, 120), true, 'the left side of the object of frame 2');
      assert.equal(isDrawn(shown[2], 60, 120), false, 'no object of frame 1');
    }
  });

  itNeeds(NEEDS_FFMPEG, 'writes an MP4 for each sequence, and passes over a picture that cannot be read', async () => {
    const odd = { width: 321, height: 239 };
    const data = await dataSet({ sequences: ['east', 'west', 'gone'], size: odd });
    writeFileSync(at('pictures', 'west', '0.png'), '');
    writeFileSync(at('pictures', 'west', '2.png'), '');
    for (let i = 0; i < FRAMES; i++) writeFileSync(at('pictures', 'gone', `${i}.png`), '');
    const args = ['--data-root', at('pictures'), '--save', at('boxes.mp4')];
    const { code, stderr } = await nowcast(['eval', 'simulate', ...data, ...args]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /west\/2\.png cannot be read: it is empty \(0 bytes\); it is passed over/);
    assert.deepEqual(
      readdirSync(folder()).filter((name) => name.startsWith('boxes')),
      ['boxes-east.mp4', 'boxes-west.mp4'],
    );
    const even = { width: 322, height: 240 };
    assertDrawn(framesOf(at('boxes-east.mp4'), even));
    const west = framesOf(at('boxes-west.mp4'), even);
    assert.equal(west.length, FRAMES);
    assert.equal(isDrawn(west[0], 60, 120), true, 'frame 0 shows frame 1, whose object begins there');
    assert.equal(isDrawn(west[2], 60, 120), true, 'so does frame 2');
    assert.equal(isDrawn(west[3], 60, 120), false, 'frame 3 shows itself');
  });

  it('refuses to draw without frames, into other files, and over the data set', async () => {
    const data = await dataSet();
    const pictures = ['--data-root', at('pictures')];
    symlinkSync(at('pictures'), at('link'));
    writeFileSync(at('clip.mp4'), '');
    const noFolder = at('nowhere', 'boxes.mp4');
    const cases: [string[], RegExp, number?][] = [
      [['--save', at('drawn')], /name their folder or video with --data-root/],
      [[...pictures, '--save', at('drawn.jpg')], /it must be the name of a folder or of an MP4/],
      [[...pictures, '--save', at('drawn.avi')], /it must be the name of a folder or of an MP4/],
      [[...pictures, '--save', at('link')], /holds the data set's own frames/],
      [['--data-root', at('clip.mp4'), '--save', at('clip.mp4')], /holds the data set's own frames/],
      [[...pictures, '--save', noFolder], /cannot write .*boxes\.mp4: its folder does not exist/, 1],
    ];
    for (const [args, message, expected = 2] of cases) {
      const { code, stderr } = await nowcast(['eval', 'simulate', ...data, ...args]);
      assert.match(stderr, message);
      assert.equal(code, expected, stderr);
    }
    assert.equal(existsSync(at('drawn')), false);
  });

  it('says before the evaluation that an MP4 needs ffmpeg', async () => {
    const args = [...(await dataSet()), '--data-root', at('pictures'), '--save', at('boxes.mp4')];
    const { code, stderr } = await nowcast(['eval', 'simulate', ...args], {
      env: { NOWCAST_FFMPEG: '/nowhere/ffmpeg' },
    });
    assert.match(stderr, /NOWCAST_FFMPEG is "\/nowhere\/ffmpeg", which does not work as ffmpeg/);
    assert.equal(code, 2, stderr);
    assert.equal(existsSync(at('boxes.mp4')), false);
  });

  itNeeds(NEEDS_FFMPEG, 'reports a video that is not the annotated one, and leaves no file', async () => {
    const data = await dataSet();
    const short = at('short.mkv');
    execFileSync('ffmpeg', ['-v', 'error', '-i', clip(), '-frames:v', '2', '-c', 'copy', short]);
    const args = ['--data-root', short, '--save', at('boxes.mp4')];
    const { code, stderr } = await nowcast(['eval', 'simulate', ...data, ...args]);
    assert.match(
      stderr,
      /short\.mkv gave 2 frames, but 4 are annotated; check that --data-root is the annotated video/,
    );
    assert.equal(code, 1, stderr);
    assert.deepEqual(
      readdirSync(folder()).filter((name) => name.startsWith('boxes')),
      [],
    );
  });
});
