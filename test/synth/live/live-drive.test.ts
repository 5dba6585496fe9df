import assert from 'node:assert/strict';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { letterbox } from '../../../src/core/fit.js';
import { annotate, type Annotation } from '../../../synth/annotate.js';
import { createPainter } from '../../../synth/draw/painter.js';
import { createDrive } from '../../../synth/drive.js';
import { createLetterboxer } from '../../../synth/live/letterboxed.js';
import { LiveDrive } from '../../../synth/live/live-drive.js';

const SIZE = { width: 160, height: 100 };
const INPUT = { width: 64, height: 64 };
const START = { seed: 5, fps: 30, size: SIZE, input: INPUT, jpegQuality: undefined };
const slot = (): Uint8Array => new Uint8Array(3 * INPUT.width * INPUT.height);

/** The same drive, drawn here. */
function frames(count: number): { readonly image: Uint8Array; readonly objects: readonly Annotation[] }[] {
  const drive = createDrive({ ...SIZE, seed: START.seed, fps: START.fps });
  const canvas = createCanvas(SIZE.width, SIZE.height);
  const write = createLetterboxer(SIZE, INPUT);
  let paint: ReturnType<typeof createPainter> | undefined;
  return Array.from({ length: count }, () => {
    const scene = drive.step();
    paint ??= createPainter(scene);
    paint(canvas.getContext('2d'), scene);
    const image = slot();
    write(canvas, image);
    return { image, objects: annotate(scene) };
  });
}

describe('a live drive', () => {
  it('draws the frames of the drive, reports the visible objects of all, and draws a skipped one on a later request', async () => {
    const told: [number, readonly Annotation[]][] = [];
    const drive = new LiveDrive({
      ...START,
      keepFrom: () => 2,
      onTruth: (index, objects) => told.push([index, objects]),
    });
    try {
      const expected = frames(6);
      const drawn = new Map<number, Uint8Array>();
      for (const index of [0, 1, 5, 3]) {
        const image = slot();
        await drive.produce(index, image);
        drawn.set(index, image);
      }
      for (const [index, image] of drawn) assert.deepEqual(image, expected[index].image, `frame ${index}`);
      assert.deepEqual(
        told,
        expected.map(({ objects }, index) => [index, objects]),
      );
    } finally {
      await drive.close();
    }
  });

  it('draws the pictures of the newest frames once more, for people, and no older ones', async () => {
    const drive = new LiveDrive({ ...START, remembered: 3 });
    try {
      const [, , frame] = frames(3);
      for (const index of [0, 2, 4]) await drive.produce(index, slot());
      assert.equal(await drive.picture(1), undefined);
      const picture = await loadImage(Buffer.from((await drive.picture(2))!));
      assert.deepEqual([picture.width, picture.height], [SIZE.width, SIZE.height]);
      const canvas = createCanvas(SIZE.width, SIZE.height);
      canvas.getContext('2d').drawImage(picture, 0, 0);
      const image = slot();
      createLetterboxer(SIZE, INPUT)(canvas, image);
      const wrong = image.filter((value, i) => Math.abs(value - frame.image[i]) > 24);
      assert.ok(wrong.length < image.length / 50, `${wrong.length} values differ`);
    } finally {
      await drive.close();
    }
    assert.equal(await drive.picture(4), undefined);
  });

  it('gives a JPEG of every frame that is drawn for the first time', async () => {
    let done: () => void;
    const jpegs: number[] = [];
    const all = new Promise<void>((resolve) => {
      done = resolve;
    });
    const drive = new LiveDrive({
      ...START,
      jpegQuality: 80,
      keepFrom: () => 0,
      onJpeg: (index, bytes) => {
        assert.deepEqual([...bytes.subarray(0, 3)], [0xff, 0xd8, 0xff]);
        if (jpegs.push(index) === 3) done();
      },
    });
    for (const index of [0, 2, 1, 3]) await drive.produce(index, slot());
    await all;
    assert.deepEqual(jpegs, [0, 2, 3]);
    await drive.close();
  });

  it('keeps skipped frames while it is far ahead, as long as they may be requested', async () => {
    const drive = new LiveDrive({ ...START, keepFrom: () => 1 });
    for (const index of [0, 40, 80, 1]) await drive.produce(index, slot());
    await drive.close();
  });

  it('draws with less detail on request: the same picture from fewer pixels, and without a JPEG', async () => {
    const jpegs: number[] = [];
    const drive = new LiveDrive({
      ...START,
      jpegQuality: 80,
      onJpeg: (index) => jpegs.push(index),
      detail: () => ({ scale: 0.5, withJpeg: false }),
    });
    const [{ image: full }] = frames(1);
    const half = slot();
    await drive.produce(0, half);
    await drive.close();
    assert.deepEqual(jpegs, []);
    const apart = half.reduce((sum, value, i) => sum + Math.abs(value - full[i]), 0) / half.length;
    assert.ok(apart > 0.1 && apart < 12, `${apart} of 255 apart on average`);
  });

  it('fails requests that it cannot draw, and all requests after its end', async () => {
    const drive = new LiveDrive({ ...START, keepFrom: () => 7 });
    await drive.produce(10, slot());
    await drive.produce(7, slot());
    await assert.rejects(drive.produce(2, slot()), /frame 2 of the drive is no longer kept; 11 were drawn/);
    await drive.close();
    await drive.close();
    await assert.rejects(drive.produce(11, slot()), /cannot continue/);
  });
});

describe('createLetterboxer', () => {
  it('writes planes of blue, green and red in the upper left corner, and pads with 114', () => {
    const canvas = createCanvas(SIZE.width, SIZE.height);
    const context = canvas.getContext('2d');
    context.fillStyle = 'rgb(10, 20, 30)';
    context.fillRect(0, 0, SIZE.width, SIZE.height);
    const image = slot();
    createLetterboxer(SIZE, INPUT)(canvas, image);
    const { contentWidth, contentHeight } = letterbox(SIZE, INPUT);
    assert.deepEqual([contentWidth, contentHeight], [64, 40]);
    const plane = INPUT.width * INPUT.height;
    for (const [channel, value] of [30, 20, 10].entries()) {
      assert.ok(image.subarray(channel * plane, channel * plane + 64 * 40).every((byte) => byte === value));
      assert.ok(image.subarray(channel * plane + 64 * 40, (channel + 1) * plane).every((byte) => byte === 114));
    }
  });
});
