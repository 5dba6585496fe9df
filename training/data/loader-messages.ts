import type { BatchOptions, NumberedBatch } from './batches.js';
import type { SharedPictures } from './picture-memory.js';

/** The start message of a loader's thread. Later messages request the batch of a step, by the step's number. */
export type LoaderStart = Omit<BatchOptions, 'store'> & {
  readonly memory: SharedPictures;
};

export type LoadedBatch = {
  readonly batch: NumberedBatch;
  /** Messages on unusable pictures, one for each, at the first encounter. */
  readonly skipped: readonly string[];
};
