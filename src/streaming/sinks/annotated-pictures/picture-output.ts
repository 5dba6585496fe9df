import { statSync } from 'node:fs';
import { extname } from 'node:path';

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
  if (statSync(save, { throwIfNoEntry: false })?.isDirectory() === true || extname(save) === '') return 'folder';
  return writtenFormat(save) === undefined ? undefined : 'picture';
}
