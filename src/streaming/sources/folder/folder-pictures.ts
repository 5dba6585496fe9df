import { readFile } from 'node:fs/promises';
import { noOriginal, type OriginalFinder } from '../../originals/answer.js';
import { decodePicture } from '../../pictures/decode-picture.js';
import { formatOfFile } from './recognise.js';

/**
 * Finds pictures in their files.
 * @param files paths; their index is the `seq` of their frames. It may still grow
 */
export function folderPictures(files: readonly string[]): OriginalFinder {
  return {
    find: ({ seq }) => {
      const path: string | undefined = files[seq];
      if (path === undefined) return noOriginal('unknown', `the folder has no picture of number ${seq}`);
      return {
        ...(formatOfFile(path)?.name === 'JPEG' ? { file: () => readFile(path) } : {}),
        decode: async () => decodePicture(await readFile(path)),
      };
    },
  };
}
