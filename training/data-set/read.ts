import { readFileSync } from 'node:fs';
import { parsePythonJson } from '../../src/core/python-json.js';
import type { Size } from '../../src/core/size.js';
import { DataError, OutputError, UsageError } from '../../src/core/errors.js';
import { utf8Text } from '../../src/core/utf8.js';
import { pictureSize } from '../../src/streaming/pictures/picture-size.js';
import type { DataSet } from './data-set.js';
import { isShortage, SHORTAGE_REMEDY } from '../data/shortage.js';
import { parseDataSet, picturePaths } from './parse.js';

export type ReadDataSetOptions = {
  /** A JSON file in COCO format. */
  readonly annotations: string;
  /** Base folder of file names. */
  readonly root: string;
  /** Called after each picture whose size was read, of `total`. */
  readonly onPicture?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
};

/** Headers that are read at a time. */
const AT_A_TIME = 8;

/**
 * Reads annotations, and of each picture the header: a picture that cannot be read, or whose record swaps its width and
 * height, is passed over.
 * @throws UsageError if the annotations cannot be read, DataError naming the wrong record or the reason why nothing can
 * be learned, OutputError if the machine has run out of file handles or memory, the signal's reason
 */
export async function readDataSet({ annotations, root, onPicture, signal }: ReadDataSetOptions): Promise<DataSet> {
  const json = readJson(annotations);
  const paths = picturePaths(json, root, annotations);
  const sizes = new Map<string, Size | Error>();
  let next = 0;
  const readNext = async (): Promise<void> => {
    while (next < paths.length) {
      signal?.throwIfAborted();
      const path = paths[next++];
      sizes.set(path, await sizeOf(path));
      onPicture?.(sizes.size, paths.length);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, readNext));
  return parseDataSet(json, root, annotations, sizes);
}

async function sizeOf(path: string): Promise<Size | Error> {
  try {
    return await pictureSize(path);
  } catch (error) {
    if (isShortage(error)) throw new OutputError(`${(error as Error).message}; ${SHORTAGE_REMEDY}`, { cause: error });
    return error as Error;
  }
}

function readJson(annotations: string): unknown {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(annotations);
  } catch (cause) {
    throw new UsageError(`cannot read the annotations ${annotations}: ${(cause as Error).message}`, { cause });
  }
  const text = utf8Text(bytes, annotations);
  if (text.trim() === '') throw new DataError(`${annotations} is empty`);
  try {
    return parsePythonJson(text);
  } catch (cause) {
    throw new DataError(`${annotations} is not JSON: ${(cause as Error).message}`, { cause });
  }
}
