import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  augment,
  fit,
  mosaic,
  type Augmentation,
  type LabeledPicture,
  type OtherPictures,
} from '../../../training/data/augment.js';
import { Random } from '../../../training/random.js';

const INPUT = { width: 96, height: 64 };
const STRONG: Augmentation = {
  mosaicProbability: 1,
  mixupProbability: 0,
  degrees: 10,
  translate: 0.1,
  mosaicScale: [0.5, 1.5],
  mixupScale: [0.5, 1.5],
  shear: 2,
  flipProbability: 0,
  colourProbability: 0,
};

type Rectangle = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** A black picture with one rectangle whose red is 255; `mark` is its green, which distinguishes pictures. */
function drawn(width: number, height: number, { x, y, width: w, height: h }: Rectangle, mark = 0): LabeledPicture {
  const rgb = new Uint8Array(width * height * 3);
  for (let row = y; row < y + h; row++)
    for (let column = x; column < x + w; column++) rgb.set([255, mark], (row * width + column) * 3);
  return {
    picture: { width, height, rgb },
    labels: { classIds: Int32Array.of(mark), corners: Float32Array.of(x, y, x + w, y + h) },
  };
}

/** Where red is at least `least`: x1, y1, x2, y2; undefined where nowhere. */
function boundsOfRed(pixels: Uint8Array, least: number): number[] | undefined {
  const red = pixels.subarray(2 * INPUT.width * INPUT.height);
  // Grey around the pictures has a red of 114.
  const at = Array.from(red.keys()).filter((i) => red[i] >= least);
  if (at.length === 0) return undefined;
  const [xs, ys] = [at.map((i) => i % INPUT.width), at.map((i) => Math.floor(i / INPUT.width))];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1];
}

const rectangle = fc.record({
  x: fc.integer({ min: 0, max: 70 }),
  y: fc.integer({ min: 0, max: 40 }),
  width: fc.integer({ min: 12, max: 50 }),
  height: fc.integer({ min: 12, max: 40 }),
});
const NOTHING: LabeledPicture = {
  picture: { width: 120, height: 80, rgb: new Uint8Array(120 * 80 * 3) },
  labels: { classIds: new Int32Array(), corners: new Float32Array() },
};

/** Always returns this picture. */
function only(draw: () => LabeledPicture): OtherPictures {
  const another = (): Promise<LabeledPicture> => Promise.resolve(draw());
  return { any: another, withObjects: another };
}

describe('fit', () => {
  it('maps boxes with the picture', () => {
    fc.assert(
      fc.property(rectangle, (of) => {
        const { pixels, labels } = fit(drawn(120, 80, of), INPUT);
        boundsOfRed(pixels, 128)!.forEach((bound, i) =>
          assert.ok(Math.abs(bound - labels.corners[i]) <= 1, `${bound} against ${labels.corners[i]}`),
        );
      }),
    );
  });

  it('keeps the picture in the upper left corner, grey elsewhere', () => {
    const { pixels } = fit(drawn(60, 80, { x: 0, y: 0, width: 60, height: 80 }), INPUT);
    const red = pixels.subarray(2 * 96 * 64);
    assert.deepEqual([red[0], red[47], red[48], red[95]], [255, 255, 114, 114]);
  });
});

describe('mosaic', () => {
  it('moves boxes with their picture: each bounds its rectangle to a pixel', () => {
    fc.assert(
      fc.property(rectangle, fc.integer({ min: 0, max: 3 }), fc.nat(), (of, place, seed) => {
        const sources = [NOTHING, NOTHING, NOTHING, NOTHING];
        sources[place] = drawn(120, 80, of);
        const {
          pixels,
          labels: { corners },
        } = mosaic(sources, INPUT, STRONG, new Random(seed));
        // A box cut by the output's border is not tight, because boxes are cut after their rotation; rotated slivers
        // may miss every pixel's centre.
        const [width, height] = [corners[2] - corners[0], corners[3] - corners[1]];
        const isTight =
          corners[0] > 0 &&
          corners[1] > 0 &&
          corners[2] < INPUT.width &&
          corners[3] < INPUT.height &&
          width > 4 + 0.25 * height &&
          height > 4 + 0.25 * width;
        const bounds = boundsOfRed(pixels, 128) ?? (isTight ? assert.fail('nothing was drawn') : []);
        bounds.forEach((bound, i) => {
          const beyond = i < 2 ? corners[i] - bound : bound - corners[i];
          assert.ok(beyond <= 1 && (beyond >= -1 || !isTight), `red at ${String(bounds)}, box ${String(corners)}`);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('puts the four pictures around one point', () => {
    const still: Augmentation = { ...STRONG, degrees: 0, shear: 0, translate: 0, mosaicScale: [0.5, 0.5] };
    const full = { x: 0, y: 0, width: 96, height: 64 };
    const {
      labels: { corners, classIds },
    } = mosaic(
      [10, 20, 30, 40].map((mark) => drawn(96, 64, full, mark)),
      INPUT,
      still,
      new Random(4),
    );
    assert.deepEqual([...classIds], [10, 20, 30, 40]);
    const [x, y] = [corners[2], corners[3]];
    assert.ok(x > 24 && x < 72 && y > 16 && y < 48);
    const [first, second, third, fourth] = [0, 4, 8, 12].map((i) => [...corners.subarray(i, i + 4)]);
    assert.deepEqual(
      [first.slice(2), [second[0], second[3]], [third[2], third[1]], fourth.slice(0, 2)],
      [
        [x, y],
        [x, y],
        [x, y],
        [x, y],
      ],
    );
  });
});

describe('augment', () => {
  const source = drawn(120, 80, { x: 30, y: 20, width: 40, height: 30 });
  const run = (settings: Augmentation, isClosing: boolean, seed = 1) =>
    augment(
      source,
      only(() => source),
      INPUT,
      settings,
      isClosing,
      new Random(seed),
    );

  it('gives the same sample for the same seed, another for another', async () => {
    const settings = { ...STRONG, mixupProbability: 1, flipProbability: 0.5, colourProbability: 1 };
    assert.deepEqual(await run(settings, false), await run(settings, false));
    assert.notDeepEqual(await run(settings, false, 1), await run(settings, false, 2));
  });

  it('only fits the picture into the input during closing epochs', async () => {
    const { pixels, objects } = await run({ ...STRONG, mixupProbability: 1 }, true);
    assert.deepEqual(pixels, fit(source, INPUT).pixels);
    assert.equal(objects.classIds.length, 1);
  });

  it('flips picture and boxes alike', async () => {
    const plain = await run(STRONG, true);
    const flipped = await run({ ...STRONG, flipProbability: 1 }, true);
    assert.ok(Math.abs(flipped.objects.boxes[0] - (96 - plain.objects.boxes[0])) < 1e-4);
    assert.deepEqual(flipped.pixels.subarray(0, 96).toReversed(), plain.pixels.subarray(0, 96));
  });

  it('changes and flips only the picture, never the grey padding', async () => {
    const tall = drawn(60, 80, { x: 0, y: 20, width: 10, height: 30 });
    const settings = { ...STRONG, flipProbability: 1, colourProbability: 1 };
    for (const seed of [1, 2, 3]) {
      const {
        pixels,
        objects: { boxes },
      } = await augment(
        tall,
        only(() => tall),
        INPUT,
        settings,
        true,
        new Random(seed),
      );
      assert.deepEqual(Array.from(boxes), [44, 28, 8, 24]);
      for (let row = 0; row < 3 * INPUT.height; row++) {
        const grey = pixels.subarray(row * INPUT.width + 48, (row + 1) * INPUT.width);
        assert.ok(
          grey.every((value) => value === 114),
          `row ${row}`,
        );
      }
      assert.deepEqual(boundsOfRed(pixels, 128), [40, 16, 48, 40]);
    }
  });

  it('mixes another picture in with its boxes: each bounds its rectangle to a pixel', async () => {
    const grey = (picture: LabeledPicture): LabeledPicture => ({
      ...picture,
      picture: { ...picture.picture, rgb: picture.picture.rgb.map((value) => value || 114) },
    });
    const settings = { ...STRONG, mosaicScale: [1, 1], mixupProbability: 1 } as const;
    await fc.assert(
      fc.asyncProperty(rectangle, fc.nat(), async (of, seed) => {
        // Of all that is mixed, the rectangle alone is not grey; its class is 1.
        const first = {
          ...grey(NOTHING),
          labels: { classIds: Int32Array.of(0), corners: Float32Array.of(10, 10, 60, 60) },
        };
        const draws = [grey(NOTHING), grey(NOTHING), grey(NOTHING), grey(drawn(120, 80, of, 1))];
        const {
          pixels,
          objects: { classIds, boxes },
        } = await augment(
          first,
          only(() => draws.shift()!),
          INPUT,
          settings,
          false,
          new Random(seed),
        );
        const at = classIds.indexOf(1) * 4;
        const bounds = boundsOfRed(pixels, 150);
        if (at < 0) {
          // Nothing is mixed into a mosaic without boxes, and of the rectangle a pixel may be left.
          assert.ok(bounds === undefined || bounds[2] - bounds[0] <= 2 || bounds[3] - bounds[1] <= 2, String(bounds));
          return;
        }
        const [cx, cy, w, h] = boxes.subarray(at, at + 4);
        [cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2].forEach((side, i) =>
          assert.ok(Math.abs(side - bounds![i]) <= 1, `red at ${String(bounds)}, box ${String([cx, cy, w, h])}`),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('mixes the objects of both pictures', async () => {
    const { objects } = await run(
      {
        ...STRONG,
        mixupProbability: 1,
        mixupScale: [1, 1],
        mosaicScale: [0.5, 0.5],
        degrees: 0,
        shear: 0,
        translate: 0,
      },
      false,
    );
    assert.equal(objects.classIds.length, 5);
  });
});
