import { parseDetections } from '../../evaluation/detections.js';
import { parseGroundTruth } from '../../evaluation/ground-truth.js';
import { parseRuntimesS } from '../../evaluation/runtimes.js';
import { sapDetections } from '../../evaluation/sap/detections.js';
import { sapOutputs } from '../../evaluation/sap/outputs.js';
import { sapRuntimes } from '../../evaluation/sap/runtimes.js';
import { parseTimestampedOutputs } from '../../evaluation/timestamped-outputs.js';
import { DataError } from '../../src/core/errors.js';
import { NUMPY_CLASSES } from '../../src/pickle/numpy-classes.js';
import { unpickle } from '../../src/pickle/unpickle.js';
import { PICKLED_TRUTH } from './seeds.js';

/** Far above the needs of a pickle of a few kilobytes. */
const MOST_BYTES = 2 ** 26;
const TRUTH = parseGroundTruth(PICKLED_TRUTH);

/** Everything that reads the toolkit's pickles, the file being any of them. */
const READERS: readonly ((pickled: unknown) => unknown)[] = [
  (pickled) => parseRuntimesS(sapRuntimes(pickled)),
  (pickled) => parseDetections(sapDetections(pickled, TRUTH), TRUTH),
  (pickled) => parseTimestampedOutputs({ sequences: { drive: sapOutputs(pickled, TRUTH) } }, TRUTH, 30),
];

/**
 * Gives a pickle to every reader.
 * @throws NowcastError if none takes it; any other error is a fault
 */
export function parsePickle(bytes: Uint8Array): void {
  const before = usedBytes();
  const { value } = unpickle(bytes, { classes: NUMPY_CLASSES });
  const refusals = READERS.flatMap((read) => {
    try {
      read(value);
      return [];
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      return [error];
    }
  });
  const taken = usedBytes() - before;
  if (taken > MOST_BYTES) throw new Error(`${bytes.length} bytes took ${taken} bytes of memory`);
  if (refusals.length === READERS.length) throw refusals[0];
}

function usedBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
