import assert from 'node:assert/strict';
import { resolveTrainConfig } from '../../../training/config.js';
import { batchMaker, type BatchOptions } from '../../../training/data/batches.js';

const COUNT = 10;
const { augmentation } = resolveTrainConfig({ train: { annotations: '', root: '' }, mosaic: 1 });
const OPTIONS: BatchOptions = {
  store: {
    load: (index) => Promise.resolve({
      picture: { width: 40, height: 40, rgb: new Uint8Array(4800).fill(index * 20) },
      labels: { classIds: Int32Array.of(index), corners: Float32Array.of(5, 5, 30, 30) },
    }),
  },
  count: COUNT, batchSize: 4, seed: 1, input: { width: 96, height: 64 }, multiscale: 1, augmentation, closingStep: 1000,
};

describe('batchMaker', () => {
  it('gives every step its own batch, in whatever order steps are made', async () => {
    const [first, second] = [batchMaker(OPTIONS), batchMaker(OPTIONS)];
    const forwards = [await first(0), await first(1), await first(25)];
    const backwards = [await second(25), await second(1), await second(0)];
    assert.deepEqual(forwards, backwards.toReversed());
    assert.notDeepEqual(forwards[0].pixels, forwards[1].pixels);
  });

  it('goes through all pictures before it begins again, each time in another order', async () => {
    const make = batchMaker({ ...OPTIONS, batchSize: 5 });
    const epoch = async (n: number): Promise<number[]> => [...(await make(n * 2)).indices, ...(await make(n * 2 + 1)).indices];
    const [first, second] = [await epoch(0), await epoch(1)];
    for (const order of [first, second]) assert.deepEqual(order.toSorted((a, b) => a - b), Array.from({ length: COUNT }, (_, i) => i));
    assert.notDeepEqual(first, second);
  });

  it('closes at the step that it is told: from there on pictures are not mixed', async () => {
    const make = batchMaker({ ...OPTIONS, multiscale: 0, closingStep: 2 });
    const objects = async (step: number): Promise<number> => (await make(step)).objects.reduce((sum, { classIds }) => sum + classIds.length, 0);
    assert.ok(await objects(0) + await objects(1) > 2 * OPTIONS.batchSize);
    assert.deepEqual([await objects(2), await objects(3)], [OPTIONS.batchSize, OPTIONS.batchSize]);
  });

  it('keeps a size for ten steps, near the given one and of its shape', async () => {
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
});
