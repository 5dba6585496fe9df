import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { HEAD_BYTES, pictureFormatOf } from '../../pictures/file-format.js';

/** Whether a text has the form of a pattern: `*`, `?`, `[…]` or `{…}` as in a shell, `**` for subfolders, or `%05d`. */
export function isPattern(text: string): boolean {
  return /[*?]|\[[^\]]+\]|\{[^}]*,[^}]*\}|%\d*d/.test(text);
}

/** Whether a file is a picture, by its content. */
export function isPictureFile(path: string): boolean {
  // Opening a pipe would wait for a writer.
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const head = Buffer.alloc(HEAD_BYTES);
    return pictureFormatOf(head.subarray(0, readSync(file, head, 0, HEAD_BYTES, 0))) !== undefined;
  } catch {
    // The source that takes it in the end reports it.
    return false;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
