import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { CONTAINER_HEAD_BYTES, containerOf } from '../../http-content/container.js';
import { HEAD_BYTES, pictureFormatOf, type PictureFileFormat } from '../../pictures/file-format.js';

/** Whether a text has the form of a pattern: `*`, `?`, `[…]` or `{…}` as in a shell, `**` for subfolders, or `%05d`. */
export function isPattern(text: string): boolean {
  return /[*?]|\[[^\]]+\]|\{[^}]*,[^}]*\}|%\d*d/.test(text);
}

/** Names of files that count as pictures even if their content is damaged. */
const PICTURE_EXTENSIONS = new Set(['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff', '.gif', '.avif', '.bmp']);

export function isNamedAsPicture(path: string): boolean {
  return PICTURE_EXTENSIONS.has(extname(path).toLowerCase());
}

/** Whether a file is a picture: by its content, or, if that is nothing that Nowcast reads, by its name. */
export function isPictureFile(path: string): boolean {
  const head = headOf(path);
  if (pictureFormatOf(head) !== undefined) return true;
  return isNamedAsPicture(path) && containerOf(head) === undefined;
}

/** The format of a picture's file, by its content; undefined if it is none, or cannot be read. */
export function formatOfFile(path: string): PictureFileFormat | undefined {
  return pictureFormatOf(headOf(path));
}

/** Empty if the file cannot be read: the source that takes it in the end reports it. */
function headOf(path: string): Buffer {
  // Opening a pipe would wait for a writer.
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return Buffer.alloc(0);
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const head = Buffer.alloc(Math.max(HEAD_BYTES, CONTAINER_HEAD_BYTES));
    return head.subarray(0, readSync(file, head, 0, head.length, 0));
  } catch {
    return Buffer.alloc(0);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
