import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { resolveTrainConfig } from '../../../training/config.js';
import { batchMaker } from '../../../training/data/batches.js';
import { openLoader, type LoaderOptions } from '../../../training/data/loader.js';
import { PictureMemory } from '../../../training/data/picture-memory.js';
import { createPictureStore } from '../../../training/data/picture-store.js';
import { readAhead } from '../../../training/data/read-ahead.js';
import type { DataPicture } from '../../../training/data-set/data-set.js';
import { itNeeds } from '../../helpers/needs.js';
import { temporaryFolder } from '../../helpers/temporary.js';
import { NEEDS_THREAD_COUNT, threadCount } from '../../helpers/threads.js';

const SIZE = { width: 60, height: 40 };

describe('the loader', () => {
  const folder = temporaryFolder();

  async function drawPictures(count: number): Promise<DataPicture[]> {
    return Promise.all(
      Array.from({ length: count }, async (_, i) => {
        const path = join(folder(), `${i}.png`);
        await sharp({ create: { ...SIZE, channels: 3, background: { r: 20 * i, g: 100, b: 255 - 20 * i } } })
          .png()
          .toFile(path);
        return { path, size: SIZE, labels: { classIds: Int32Array.of(i), corners: Float32Array.of(5, 5, 30 + i, 35) } };
      }),
    );
  }

  function optionsFor(pictures: readonly DataPicture[], over: Partial<LoaderOptions> = {}): LoaderOptions {
    const { augmentation } = resolveTrainConfig({ train: { annotations: '', root: '' }, mixup: 0.5 });
    return {
      pictures,
      batchSize: 3,
      seed: 1,
      input: { width: 64, height: 64 },
      multiscale: [1, 1],
      augmentation,
      closingStep: 100,
      threads: 1,
      keepBytes: 2 ** 20,
      onSkip: (message) => assert.fail(message),
      ...over,
    };
  }

  it('makes the same batches with any number of threads, whether pictures fit into memory or not', async () => {
    const pictures = await drawPictures(6);
    const options = optionsFor(pictures);
    const memory = new PictureMemory(PictureMemory.allocate(6, 0));
    const make = batchMaker({ ...options, store: createPictureStore({ ...options, memory }) });
    const expected = [await make(0), await make(1), await make(2), await make(3)];
    for (const [threads, keepBytes] of [
      [1, 2 ** 20],
      [3, 2 ** 20],
      [2, SIZE.width * SIZE.height * 3 * 2],
      [2, 0],
    ]) {
      const loader = await openLoader(optionsFor(pictures, { threads, keepBytes }));
      const batches = [];
      for await (const batch of readAhead(loader.make, 0, 4, 2)) batches.push(batch);
      assert.deepEqual(batches, expected);
      await loader.close();
    }
  });

  it('skips a broken and a missing picture, each named once by all threads together', async () => {
    const pictures = await drawPictures(4);
    writeFileSync(pictures[1].path, 'not a picture');
    const whole = await sharp(pictures[2].path).jpeg().toBuffer();
    writeFileSync(pictures[2].path, whole.subarray(0, whole.length / 2));
    const messages: string[] = [];
    const loader = await openLoader(
      optionsFor([...pictures, { ...pictures[0], path: join(folder(), 'missing.png') }], {
        threads: 2,
        onSkip: (message) => messages.push(message),
      }),
    );
    for await (const { objects } of readAhead(loader.make, 0, 8, 3))
      assert.ok(objects.every(({ classIds }) => !classIds.includes(1) && !classIds.includes(2)));
    await loader.close();
    assert.deepEqual(
      messages.map((message) => /(\S+) is skipped: /.exec(message)?.[1]).sort(),
      ['1.png', '2.png', 'missing.png'].map((name) => join(folder(), name)),
    );
  });

  it('reports that no picture can be opened', async () => {
    const [picture] = await drawPictures(1);
    const loader = await openLoader(
      optionsFor([{ ...picture, path: join(folder(), 'absent.png') }], { onSkip: () => undefined }),
    );
    await assert.rejects(loader.make(0), {
      code: 'NOWCAST_DATA',
      message: /none of the pictures \(1\) can be opened, .*absent\.png among them \(ENOENT/,
    });
    await loader.close();
  });

  itNeeds(NEEDS_THREAD_COUNT, 'leaves no thread behind, even with batches in progress', async () => {
    const pictures = await drawPictures(3);
    // The first one starts the threads that decode.
    const open = async (): Promise<void> => {
      const loader = await openLoader(optionsFor(pictures, { threads: 2 }));
      const batches = readAhead(loader.make, 0, 50, 4);
      await batches.next();
      await loader.close();
    };
    await open();
    const before = threadCount();
    await open();
    assert.equal(threadCount(), before);
  });
});
