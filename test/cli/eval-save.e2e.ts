import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { nowcast } from '../helpers/command.js';
import { temporaryFolder } from '../helpers/temporary.js';

const SIZE = { width: 320, height: 240 };
const FRAMES = 4;
/** A car moves by 40 pixels a frame. */
const boxOf = (frame: number): number[] => [20 + frame * 40, 100, 60, 40];
const GREY = 90;

describe('nowcast eval --save', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const at = (...names: string[]): string => join(folder(), ...names);
  const write = (name: string, value: unknown): string => {
    writeFileSync(at(name), JSON.stringify(value));
    return at(name);
  };

  async function dataSet(): Promise<string[]> {
    mkdirSync(at('pictures', 'drive'), { recursive: true });
    const images = Array.from({ length: FRAMES }, (_, i) => ({ id: i, sid: 0, fid: i, name: `${i}.png`, ...SIZE }));
    for (const { name } of images)
      await sharp({ create: { ...SIZE, channels: 3, background: { r: GREY, g: GREY, b: GREY } } }).toFile(
        at('pictures', 'drive', name),
      );
    const annotations = images.map(({ id }) => ({
      id: id + 1,
      image_id: id,
      category_id: 1,
      bbox: boxOf(id),
      area: 2400,
      iscrowd: 0,
    }));
    const results = images.map(({ id }) => ({ image_id: id, category_id: 1, bbox: boxOf(id), score: 0.9 }));
    return [
      '--annotations',
      write('annotations.json', {
        images,
        annotations,
        categories: [{ id: 1, name: 'car' }],
        sequences: ['drive'],
        seq_dirs: ['drive'],
      }),
      '--detections',
      write('found.json', results),
      '--runtime',
      write('runtime.json', { type: 'empirical', unit: 'ms', samples: [20] }),
    ];
  }

  /** Whether a line was drawn at a point of a written picture: its grey is not that of the source. */
  async function isDrawn(frame: number, x: number, y: number): Promise<boolean> {
    const { data, info } = await sharp(at('drawn', 'drive', `${String(frame).padStart(6, '0')}.jpg`))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const from = (y * info.width + x) * info.channels;
    return [...data.subarray(from, from + 3)].some((value) => Math.abs(value - GREY) > 30);
  }

  it('draws the objects of each frame, and the boxes that were current at its time', async () => {
    const args = [...(await dataSet()), '--data-root', at('pictures'), '--save', at('drawn')];
    const { code, stderr } = await nowcast(['eval', 'simulate', ...args]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      readdirSync(at('drawn', 'drive')).sort(),
      Array.from({ length: FRAMES }, (_, i) => `00000${i}.jpg`),
    );
    // An output takes less than a frame, so the boxes are those of the frame before, 40 pixels to the left.
    assert.equal(await isDrawn(2, 60, 139), true, 'the right end of the lower line of the box of frame 1');
    assert.equal(await isDrawn(0, 60, 120), false, 'nothing within the object of frame 0');
    assert.equal(await isDrawn(2, 100, 120), true, 'the left side of the object of frame 2');
    assert.equal(await isDrawn(0, 140, 110), false, 'no box beyond the object of frame 0');
  });

  it('refuses to draw without pictures, into a file, and over the data set', async () => {
    const data = await dataSet();
    const pictures = ['--data-root', at('pictures')];
    const cases: [string[], RegExp][] = [
      [['--save', at('drawn')], /--save draws into the pictures of the data set; name their folder with --data-root/],
      [[...pictures, '--save', at('drawn.jpg')], /it must be the name of a folder/],
      [[...pictures, '--save', at('pictures')], /the folder of the data set's own pictures/],
      [['--data-root', at('found.json'), '--save', at('drawn')], /is a file/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await nowcast(['eval', 'simulate', ...data, ...args]);
      assert.match(stderr, message);
      assert.equal(code, 2, stderr);
    }
    assert.equal(existsSync(at('drawn')), false);
  });
});
