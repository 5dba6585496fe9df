import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { HEAD_BYTES, pictureFormatOf, type PictureFileFormat } from '../../pictures/file-format.js';

/** Whether a text has the form of a pattern: `*`, `?`, `[…]` or `{…}` as in a shell, `**` for subfolders, or `%05d`. */
export function isPattern(text: string): boolean {
  return /[*?]|\[[^\]]+\]|\{[^}]*,[^}]*\}|%\d*d/.test(text);
}

/** The format of a picture's file, by its content; undefined if it is none, or cannot be read. */
export function formatOfFile(path: string): PictureFileFormat | undefined {
  // Opening a pipe would wait for a writer.
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const head = Buffer.alloc(HEAD_BYTES);
    return pictureFormatOf(head.subarray(0, readSync(file, head, 0, HEAD_BYTES, 0)));
  } catch {
    // The source that takes it in the end reports it.
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
