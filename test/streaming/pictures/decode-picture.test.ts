import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { decodePicture } from '../../../src/streaming/pictures/decode-picture.js';
import type { RgbPicture } from '../../../src/streaming/pictures/rgb-picture.js';
import { SourceError } from '../../../src/core/errors.js';
import { meanDifference, worstDifference } from '../../helpers/differences.js';

const FIELD = 'test/fixtures/field';
const SIZE = { width: 256, height: 192 };

/** Colours that change from pixel to pixel, and no flat area. */
function scene(channels: 3 | 4 = 3, alpha: (x: number) => number = () => 255): Sharp {
  const { width, height } = SIZE;
  const pixels = new Uint8Array(width * height * channels);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += channels) {
      pixels[at] = 60 + ((x * 150) / width) * (y % 64 < 32 ? 1 : 0.7);
      pixels[at + 1] = 220 - (y * 150) / height;
      pixels[at + 2] = 40 + ((x + y) % 128);
      if (channels === 4) pixels[at + 3] = alpha(x);
    }
  return sharp(pixels, { raw: { ...SIZE, channels } });
}

const pixelsOf = async (image: Sharp): Promise<Uint8Array> => (await decodePicture(await image.toBuffer())).pixels;
const isRefused = (pattern: RegExp) => (error: unknown) => error instanceof SourceError && pattern.test(error.message);

describe('decodePicture', () => {
  let reference: Uint8Array;
  before(async () => {
    reference = await pixelsOf(scene().png());
  });

  const lossless: [string, () => Sharp][] = [
    ['WebP', () => scene().webp({ lossless: true })],
    ['TIFF', () => scene().tiff({ compression: 'lzw' })],
    ['a PNG of 16 bits', () => scene().toColourspace('rgb16').png()],
    ['an interlaced PNG', () => scene().png({ progressive: true })],
    ['AVIF', () => scene().avif({ lossless: true, chromaSubsampling: '4:4:4' })],
  ];
  for (const [name, image] of lossless) {
    it(`gives the same pixels for ${name} as for PNG`, async () => {
      assert.ok(worstDifference(await pixelsOf(image()), reference) <= (name === 'AVIF' ? 2 : 0));
    });
  }

  it('gives nearly the same pixels for JPEG, whatever its size', async () => {
    const jpeg = await pixelsOf(scene().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }));
    assert.ok(meanDifference(jpeg, reference) < 1, `${meanDifference(jpeg, reference)}`);
  });

  for (const [name, alpha] of [
    ['half transparent', () => 128],
    ['invisible', () => 0],
    ['invisible on its left', (x: number) => (x < SIZE.width / 2 ? 0 : 255)],
  ] as const) {
    it(`ignores alpha: keeps the colours of a picture that is ${name}`, async () => {
      for (const image of [scene(4, alpha).png(), scene(4, alpha).webp({ lossless: true, exact: true })])
        assert.deepEqual(await pixelsOf(image), reference);
    });
  }

  it('ignores the colour profile, as cv2.imread does', async () => {
    assert.deepEqual(
      await pixelsOf(scene().png().withIccProfile('p3', { attach: true })),
      await pixelsOf(scene().withIccProfile('p3', { attach: false }).png()),
    );
  });

  it('reads the inks of a CMYK JPEG without a profile, as cv2.imread does', async () => {
    const { width, height, pixels } = await decodePicture(readFileSync(join(FIELD, 'cmyk/cmyk.jpg')));
    const drawn = Uint8ClampedArray.from({ length: width * height * 3 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
      return [3 * x, 4 * y, Math.floor(1.7 * (x + y))][i % 3];
    });
    assert.ok(meanDifference(pixels, drawn) < 1.5, `${meanDifference(pixels, drawn)}`);
  });

  for (const [format, image] of [
    ['JPEG', (s: Sharp) => s.jpeg({ quality: 100 })],
    ['PNG', (s: Sharp) => s.png()],
    ['WebP', (s: Sharp) => s.webp({ lossless: true })],
    ['TIFF', (s: Sharp) => s.tiff()],
  ] as const) {
    it(`turns ${format} as its EXIF orientation says`, async () => {
      const { width, height, pixels } = await decodePicture(
        await image(scene().withMetadata({ orientation: 6 })).toBuffer(),
      );
      assert.deepEqual({ width, height }, { width: SIZE.height, height: SIZE.width });
      // Orientation 6: the lower left corner of what is stored is shown at the top left.
      const from = (SIZE.height - 1) * SIZE.width * 3;
      assert.ok(Math.abs(pixels[1] - reference[from + 1]) <= 3);
    });
  }

  it('decodes the first picture of an animation', async () => {
    const frames = await Promise.all(
      [0, 200].map((r) =>
        sharp({ create: { ...SIZE, channels: 3, background: { r, g: 0, b: 0 } } })
          .png()
          .toBuffer(),
      ),
    );
    const animation = (): Sharp => sharp(frames, { join: { animated: true } });
    for (const image of [animation().gif(), animation().webp({ lossless: true })]) {
      const { height, pixels } = await decodePicture(await image.toBuffer());
      assert.deepEqual([height, pixels[0]], [SIZE.height, 0]);
    }
  });

  describe('with a damaged JPEG', () => {
    const cut = (file: Buffer, share: number): Buffer => file.subarray(0, Math.round(file.length * share));

    for (const name of readdirSync(join(FIELD, 'jpeg-warnings'))) {
      it(`reads ${name}, which every viewer shows`, async () => {
        const { pixels } = await decodePicture(readFileSync(join(FIELD, 'jpeg-warnings', name)));
        const { pixels: sound } = await decodePicture(readFileSync(join(FIELD, 'jpeg-warnings/1-sound.jpg')));
        assert.ok(meanDifference(pixels, sound) < 1, `${meanDifference(pixels, sound)}`);
      });
    }

    it('refuses one of which half is missing, and says how much', async () => {
      await assert.rejects(
        decodePicture(readFileSync(join(FIELD, 'damaged-picture-exit-0/cut_half.jpg'))),
        isRefused(/cut off: 6\d % of its rows are missing/),
      );
      const file = await scene().jpeg().toBuffer();
      await assert.rejects(decodePicture(cut(file, 0.6)), isRefused(/cut off: \d+ % of its rows are missing/));
    });

    it('reads a progressive one without end marker, and refuses one that is cut off', async () => {
      const file = await scene().jpeg({ progressive: true }).toBuffer();
      const { pixels } = await decodePicture(file.subarray(0, -2));
      assert.deepEqual(pixels, (await decodePicture(file)).pixels);
      await assert.rejects(decodePicture(cut(file, 0.5)), isRefused(/the file is cut off/));
    });

    it('refuses one whose data is garbled in the middle', async () => {
      const file = await scene().jpeg().toBuffer();
      const garbled = Buffer.from(file);
      // Markers in the data end it.
      garbled.fill(Buffer.from([0xff, 0xd0]), file.length >> 1, (file.length >> 1) + 40);
      await assert.rejects(decodePicture(garbled), SourceError);
    });
  });

  for (const format of ['png', 'webp', 'tiff', 'gif'] as const) {
    it(`refuses a ${format} that is cut off`, async () => {
      const file = await scene().toFormat(format).toBuffer();
      await assert.rejects(decodePicture(file.subarray(0, file.length / 2)), SourceError);
    });
  }

  it('refuses other formats by name, and what is no picture', async () => {
    for (const [name, pattern] of [
      ['e.pgm', /^PNM is not supported .*convert it to PNG$/],
      ['f.jp2', /^JPEG 2000 is not supported/],
    ] as const)
      await assert.rejects(decodePicture(readFileSync(join(FIELD, 'folder-skips', name))), isRefused(pattern));
    await assert.rejects(decodePicture(Buffer.from('no picture at all')), isRefused(/no picture of a known format/));
    await assert.rejects(decodePicture(new Uint8Array(0)), isRefused(/empty/));
  });

  it('decodes bytes within a larger memory', async () => {
    const file = await scene().png().toBuffer();
    const memory = Buffer.concat([Buffer.alloc(7, 1), file, Buffer.alloc(9, 2)]);
    const picture: RgbPicture = await decodePicture(new Uint8Array(memory.buffer, memory.byteOffset + 7, file.length));
    assert.deepEqual(picture.pixels, reference);
  });
});
