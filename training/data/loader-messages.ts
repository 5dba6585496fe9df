import type { BatchOptions, NumberedBatch } from './batches.js';
import type { SharedPictures } from './picture-memory.js';

/** What a loader's thread is started with. It is asked for the batch of a step, by the step's number. */
export type LoaderStart = Omit<BatchOptions, 'store'> & {
  readonly memory: SharedPictures;
};

export type LoadedBatch = {
  readonly batch: NumberedBatch;
  /** What it says of pictures that cannot be used, one message for each, when they are met first. */
  readonly skipped: readonly string[];
};
