import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { letterbox } from '../../../src/core/fit.js';
import { readPicture } from '../../../src/streaming/pictures/read-picture.js';

const INPUT = { width: 96, height: 64 };
const RED = { r: 0xe0, g: 0x20, b: 0x40 };

describe('readPicture', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'nowcast-picture-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const shapes: [string, string, (image: Sharp) => Sharp, readonly number[]][] = [
    ['a PNG', 'a.png', (image) => image, [0x40, 0x20, 0xe0]],
    ['a JPEG', 'a.jpg', (image) => image.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }), [0x40, 0x20, 0xe0]],
    ['a WebP', 'a.webp', (image) => image.webp({ lossless: true }), [0x40, 0x20, 0xe0]],
    ['a TIFF', 'a.tif', (image) => image, [0x40, 0x20, 0xe0]],
    ['grey', 'grey.png', (image) => image.greyscale(), [0x60, 0x60, 0x60]],
    ['16 bits', 'deep.png', (image) => image.toColourspace('rgb16').png(), [0x40, 0x20, 0xe0]],
    ['transparency', 'alpha.png', (image) => image.ensureAlpha(0.5).png(), [0x40, 0x20, 0xe0]],
    ['a palette', 'palette.gif', (image) => image.gif(), [0x40, 0x20, 0xe0]],
    ['CMYK', 'cmyk.jpg', (image) => image.toColourspace('cmyk').jpeg({ quality: 100 }), [0x40, 0x20, 0xe0]],
  ];
  for (const [what, name, shape, [b, g, r]] of shapes) {
    it(`letterboxes ${what} into planes B, G, R`, async () => {
      const path = join(folder, name);
      await shape(sharp({ create: { width: 200, height: 61, channels: 3, background: RED } })).toFile(path);
      const target = new Uint8Array(3 * INPUT.width * INPUT.height);
      const { size, fit, image } = await readPicture(path, INPUT, target);
      assert.equal(image, target);
      assert.deepEqual(size, { width: 200, height: 61 });
      assert.deepEqual(fit, letterbox(size, INPUT));
      const { contentWidth, contentHeight } = fit;
      for (const [plane, value] of [b, g, r].entries()) {
        for (const [x, y] of [
          [0, 0],
          [contentWidth - 1, contentHeight - 1],
        ]) {
          const got = target[plane * INPUT.width * INPUT.height + y * INPUT.width + x];
          // The way into CMYK and back, and libvips's idea of grey, are not exact.
          assert.ok(
            Math.abs(got - value) <= (what === 'CMYK' || what === 'grey' ? 40 : 3),
            `plane ${plane} is ${got}, not ${value}`,
          );
        }
        assert.equal(target[plane * INPUT.width * INPUT.height + contentHeight * INPUT.width], 114);
      }
    });
  }

  it('letterboxes a BMP into planes B, G, R', async () => {
    const path = join(folder, 'a.bmp');
    const header = Buffer.alloc(54);
    header.write('BM', 'latin1');
    for (const [at, value] of [
      [10, 54],
      [14, 40],
      [18, 4],
      [22, 2],
    ])
      header.writeUInt32LE(value, at);
    header.writeUInt16LE(32, 28);
    writeFileSync(
      path,
      Buffer.concat([header, ...Array.from({ length: 8 }, () => Buffer.from([0x40, 0x20, 0xe0, 0]))]),
    );
    const target = new Uint8Array(3 * INPUT.width * INPUT.height);
    assert.deepEqual((await readPicture(path, INPUT, target)).size, { width: 4, height: 2 });
    assert.deepEqual(
      [0, 1, 2].map((plane) => target[plane * INPUT.width * INPUT.height + 95]),
      [0x40, 0x20, 0xe0],
    );
  });

  it('turns a picture as its EXIF orientation says', async () => {
    const path = join(folder, 'turned.jpg');
    await sharp({ create: { width: 80, height: 40, channels: 3, background: RED } })
      .composite([{ input: { create: { width: 40, height: 40, channels: 3, background: 'blue' } }, left: 0, top: 0 }])
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100 })
      .toFile(path);
    const target = new Uint8Array(3 * INPUT.width * INPUT.height);
    assert.deepEqual((await readPicture(path, INPUT, target)).size, { width: 40, height: 80 });
    // Orientation 6: the left side of what is stored is shown at the top.
    assert.ok(target[0] > 128, 'the top is blue');
    assert.ok(target[60 * INPUT.width] < 128, 'the bottom is not');
  });
});
