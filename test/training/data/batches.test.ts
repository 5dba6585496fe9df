import assert from 'node:assert/strict';
import { resolveTrainConfig } from '../../../training/config.js';
import { batchMaker, type BatchOptions } from '../../../training/data/batches.js';

const COUNT = 10;
const { augmentation } = resolveTrainConfig({ train: { annotations: '', root: '' }, mosaic: 1 });
const SIZE = { width: 40, height: 40 };
const NO_LABELS = { classIds: new Int32Array(), corners: new Float32Array() };

/** Pictures that are never on a disk: each of one grey, with an object of its own class unless it is to be empty. */
function pictures(isEmpty: (index: number) => boolean): Pick<BatchOptions, 'pictures' | 'store'> {
  const all = Array.from({ length: COUNT }, (_, i) => ({
    path: '',
    size: SIZE,
    labels: isEmpty(i) ? NO_LABELS : { classIds: Int32Array.of(i), corners: Float32Array.of(5, 5, 30, 30) },
  }));
  return {
    pictures: all,
    store: {
      load: (index) =>
        Promise.resolve({
          picture: { ...SIZE, rgb: new Uint8Array(4800).fill(index * 20) },
          labels: all[index].labels,
        }),
    },
  };
}

const OPTIONS: BatchOptions = {
  ...pictures(() => false),
  batchSize: 4,
  seed: 1,
  input: { width: 96, height: 64 },
  multiscale: [1, 1],
  augmentation,
  closingStep: 1000,
};

describe('batchMaker', () => {
  it('gives every step its own batch, for any order of steps', async () => {
    const [first, second] = [batchMaker(OPTIONS), batchMaker(OPTIONS)];
    const forwards = [await first(0), await first(1), await first(25)];
    const backwards = [await second(25), await second(1), await second(0)];
    assert.deepEqual(forwards, backwards.toReversed());
    assert.notDeepEqual(forwards[0].pixels, forwards[1].pixels);
  });

  it('goes through all pictures before it begins again, each time in another order', async () => {
    const make = batchMaker({ ...OPTIONS, batchSize: 5 });
    const epoch = async (n: number): Promise<number[]> => [
      ...(await make(n * 2)).indices,
      ...(await make(n * 2 + 1)).indices,
    ];
    const [first, second] = [await epoch(0), await epoch(1)];
    for (const order of [first, second])
      assert.deepEqual(
        order.toSorted((a, b) => a - b),
        Array.from({ length: COUNT }, (_, i) => i),
      );
    assert.notDeepEqual(first, second);
  });

  it('closes at the given step: from there on, pictures are not mixed', async () => {
    const make = batchMaker({ ...OPTIONS, multiscale: [0, 0], closingStep: 2 });
    const objects = async (step: number): Promise<number> =>
      (await make(step)).objects.reduce((sum, { classIds }) => sum + classIds.length, 0);
    assert.ok((await objects(0)) + (await objects(1)) > 2 * OPTIONS.batchSize);
    assert.deepEqual([await objects(2), await objects(3)], [OPTIONS.batchSize, OPTIONS.batchSize]);
  });

  it('mixes in pictures with objects, and none if no picture has any', async () => {
    const still = {
      ...augmentation,
      mixupProbability: 1,
      mosaicScale: [0.5, 0.5],
      mixupScale: [1, 1],
      degrees: 0,
      shear: 0,
      translate: 0,
    } as const;
    const objectsOf = async (isEmpty: (index: number) => boolean): Promise<number[][]> => {
      const make = batchMaker({ ...OPTIONS, ...pictures(isEmpty), multiscale: [0, 0], augmentation: still });
      const batches = [await make(0), await make(1), await make(2), await make(3), await make(4)];
      return batches.flatMap(({ objects }) => objects.map(({ classIds }) => [...classIds]));
    };
    const mixed = (await objectsOf((index) => index !== 3 && index !== 8)).filter((classIds) => classIds.length > 0);
    assert.ok(mixed.length > 5 && mixed.every((classIds) => classIds.length > 1), JSON.stringify(mixed));
    assert.deepEqual([...new Set(mixed.map((classIds) => classIds.at(-1)))].sort(), [3, 8]);
    assert.ok((await objectsOf(() => true)).every((classIds) => classIds.length === 0));
  });

  it('keeps a size for ten steps, near the given one and with its aspect ratio', async () => {
    const make = batchMaker({ ...OPTIONS, batchSize: 1 });
    const sizes = new Set<string>();
    for (let step = 0; step < 60; step += 5) {
      const { input, pixels } = await make(step);
      assert.equal(pixels.length, 3 * input.width * input.height);
      assert.deepEqual((await make(step - (step % 10))).input, input);
      sizes.add(`${input.width}x${input.height}`);
    }
    assert.deepEqual([...sizes].sort(), ['128x96', '32x32', '96x64']);
  });

  it('makes inputs larger and smaller up to the limits', async () => {
    const make = batchMaker({ ...OPTIONS, batchSize: 1, input: { width: 64, height: 64 }, multiscale: [1, 3] });
    const heights = new Set<number>();
    for (let step = 0; step < 300; step += 10) heights.add((await make(step)).input.height);
    assert.deepEqual(
      [...heights].sort((a, b) => a - b),
      [32, 64, 96, 128, 160],
    );
  });
});
