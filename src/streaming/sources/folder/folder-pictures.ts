import { readFile } from 'node:fs/promises';
import { changesPicture, type View } from '../../../core/view.js';
import { noOriginal, type OriginalFinder } from '../../originals/answer.js';
import { decodePicture } from '../../pictures/decode-picture.js';
import { viewPixels } from '../../pictures/view-pixels.js';
import { formatOfFile } from './recognise.js';

/**
 * Finds pictures in their files.
 * @param files paths; their index is the `seq` of their frames. It may still grow
 * @param view how the run shows the pictures
 */
export function folderPictures(files: readonly string[], view: View): OriginalFinder {
  return {
    find: ({ seq }) => {
      const path: string | undefined = files[seq];
      if (path === undefined) return noOriginal('unknown', `the folder has no picture of number ${seq}`);
      return {
        ...(!changesPicture(view) && formatOfFile(path)?.name === 'JPEG' ? { file: () => readFile(path) } : {}),
        decode: async () => viewPixels(await decodePicture(await readFile(path)), view),
      };
    },
  };
}
