import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { GroundTruth } from '../../../evaluation/ground-truth.js';
import { isPickle, readPickleFile } from '../../../evaluation/sap/read-pickle.js';
import { sapOutputs } from '../../../evaluation/sap/outputs.js';
import { DataError, UsageError } from '../../core/errors.js';
import { naming } from './naming.js';

/** Whether a path is the sAP toolkit's: a folder with a pickle for each sequence, or one such pickle. */
export function isSapRun(path: string): boolean {
  return isPickle(path) || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/**
 * The outputs of every sequence, as `parseTimestampedOutputs` reads them.
 * @throws UsageError if a file cannot be read; DataError naming the file, if it is not of the toolkit
 */
export function sapRun(path: string, truth: GroundTruth): { readonly sequences: Record<string, unknown> } {
  const { sequences } = truth;
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isFolder && sequences.length !== 1)
    throw new DataError(
      `${path} holds the outputs of one sequence, but the annotations have ${sequences.length}; name the folder of the files`,
    );
  const read = (file: string): Record<string, unknown> => naming(file, () => sapOutputs(readPickleFile(file), truth));
  if (!isFolder) return { sequences: { [sequences[0].name]: read(path) } };
  const files = sequences.map(({ name }) => ({ name, file: join(path, `${name}.pkl`) }));
  const missing = files.find(({ file }) => !existsSync(file));
  if (missing !== undefined)
    throw new UsageError(
      `${path} has no ${missing.name}.pkl; it must hold a file for each sequence of the annotations`,
    );
  return { sequences: Object.fromEntries(files.map(({ name, file }) => [name, read(file)])) };
}
