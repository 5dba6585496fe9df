import type { Size } from '../../src/core/size.js';
import type { Batch } from '../engines/engine.js';
import { deriveSeed, Random } from '../random.js';
import type { DataPicture } from '../data-set/data-set.js';
import { augment, type Augmentation, type OtherPictures } from './augment.js';
import type { PictureStore } from './picture-store.js';

export type BatchOptions = {
  readonly pictures: readonly DataPicture[];
  readonly store: Pick<PictureStore, 'load'>;
  readonly batchSize: number;
  readonly seed: number;
  readonly input: Size;
  /** The largest change of the input's height in steps of 32 pixels: down, up. */
  readonly multiscale: readonly [number, number];
  readonly augmentation: Augmentation;
  /** From this step on, counted from 0, pictures are no longer mixed. */
  readonly closingStep: number;
};

/** A batch and the indices of its first pictures. */
export type NumberedBatch = Batch & { readonly indices: readonly number[] };

/** Steps between changes of the input's size (YOLOX `yolox/core/trainer.py`, `after_iter`). */
const STEPS_PER_SIZE = 10;

/** Purposes of derived seeds. */
const [ORDER, SAMPLE, SIZE] = [1, 2, 3];

/** Makes the batch of any step, counted from 0. The same step gives the same batch, so a run can resume anywhere. */
export function batchMaker(options: BatchOptions): (step: number) => Promise<NumberedBatch> {
  const { pictures, store, batchSize, seed, augmentation, closingStep } = options;
  const pictureAt = shuffled(pictures.length, seed);
  const withObjects = Array.from(pictures.keys()).filter((index) => hasObjects(pictures[index]));
  const others: OtherPictures = {
    any: (random) => store.load(random.below(pictures.length)),
    withObjects: (random) => store.load(withObjects[random.below(withObjects.length)], hasObjects),
  };
  return async (step) => {
    const input = inputOfStep(step, options);
    const indices = Array.from({ length: batchSize }, (_, i) => pictureAt(step * batchSize + i));
    const samples = await Promise.all(
      indices.map(async (index, i) => {
        const random = new Random(deriveSeed(seed, SAMPLE, step, i));
        return augment(await store.load(index), others, input, augmentation, step >= closingStep, random);
      }),
    );
    const pixels = new Uint8Array(batchSize * 3 * input.width * input.height);
    samples.forEach((sample, i) => pixels.set(sample.pixels, i * sample.pixels.length));
    return { input, pixels, objects: samples.map(({ objects }) => objects), indices };
  };
}

function hasObjects({ labels }: DataPicture): boolean {
  return labels.classIds.length > 0;
}

/** Each epoch goes through all pictures in its own order. */
function shuffled(count: number, seed: number): (position: number) => number {
  const latest = { epoch: -1, order: new Uint32Array() };
  return (position) => {
    const epoch = Math.floor(position / count);
    if (epoch !== latest.epoch)
      Object.assign(latest, { epoch, order: new Random(deriveSeed(seed, ORDER, epoch)).permutation(count) });
    return latest.order[position % count];
  };
}

/** The same aspect ratio, in multiples of 32. */
function inputOfStep(step: number, { input, multiscale: [down, up], seed }: BatchOptions): Size {
  if (down + up === 0) return input;
  const random = new Random(deriveSeed(seed, SIZE, Math.floor(step / STEPS_PER_SIZE)));
  const base = input.height / 32;
  const rows = Math.max(1, base - down + random.below(down + up + 1));
  return { width: 32 * Math.max(1, Math.floor((rows * input.width) / input.height)), height: 32 * rows };
}
