import { accessSync, constants, lstatSync, statSync, type Stats } from 'node:fs';
import { dirname, extname } from 'node:path';
import { cannotWrite } from '../../../files/output-failure.js';

/** The formats in which annotated pictures are written, by extension. */
export const WRITTEN_FORMATS = { '.jpg': 'jpeg', '.jpeg': 'jpeg', '.png': 'png', '.webp': 'webp' } as const;
export type WrittenFormat = (typeof WRITTEN_FORMATS)[keyof typeof WRITTEN_FORMATS];

/** Undefined for other extensions. */
export function writtenFormat(path: string): WrittenFormat | undefined {
  const extension = extname(path).toLowerCase();
  return Object.hasOwn(WRITTEN_FORMATS, extension)
    ? WRITTEN_FORMATS[extension as keyof typeof WRITTEN_FORMATS]
    : undefined;
}

/**
 * The output that a name asks for: one picture, a folder of pictures (a name without an extension, or a folder that
 * exists), or neither.
 */
export function pictureOutput(save: string): 'picture' | 'folder' | undefined {
  if (statsOf(save)?.isDirectory() === true || extname(save) === '') return 'folder';
  return writtenFormat(save) === undefined ? undefined : 'picture';
}

/**
 * Checks, before the run, whether pictures can be written under this name. Missing folders are made later.
 * @throws OutputError
 */
export function checkPictureOutput(save: string): void {
  try {
    if (pictureOutput(save) === 'folder') checkFolder(save);
    else {
      checkFolder(dirname(save));
      if (statsOf(save) !== undefined) accessSync(save, constants.W_OK);
    }
  } catch (cause) {
    throw cannotWrite(save, cause);
  }
}

/** Of a folder, or of the nearest one above it that exists. */
function checkFolder(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    // A link to nothing; no folder can be made under its name.
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) throw errorOf('ENOENT');
    checkFolder(dirname(path));
  } else if (stats.isDirectory()) accessSync(path, constants.W_OK);
  else throw errorOf('ENOTDIR');
}

function errorOf(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Undefined for anything that cannot be looked at. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
