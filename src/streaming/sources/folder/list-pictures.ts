import { statSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { counted } from '../../../core/counted.js';
import { SourceError } from '../../../core/errors.js';
import { HEAD_BYTES, pictureFormatOf, READABLE_FORMATS } from '../../pictures/file-format.js';
import { isNamedAsPicture, isPattern } from './recognise.js';

/** The pictures that a source consists of, in order. */
export type PictureList = {
  readonly pictures: readonly { readonly path: string; /** Shown in results. */ readonly file: string }[];
  /** Pictures of formats that Nowcast does not decode. */
  readonly unsupported: readonly string[];
  /** Number of other files. */
  readonly others: number;
  readonly subfolders: number;
};

/** Files looked at side by side. */
const READERS = 16;
const { compare } = new Intl.Collator('en', { numeric: true });

/**
 * Lists the pictures at the given places in natural order: 1, 2, 10. A folder counts with its files, not with its
 * subfolders.
 * @param places absolute paths: one folder, one pattern (`isPattern`), or one file or more in their own order
 * @throws SourceError `NOWCAST_SOURCE_MISSING` if a folder or file does not exist, `NOWCAST_SOURCE_NO_PICTURES` if
 *   there is no picture
 */
export async function listPictures(places: readonly string[]): Promise<PictureList> {
  const [first] = places;
  if (places.length > 1) return named(places, commonFolder(places));
  if (isPattern(first) && (await stat(first).catch(() => undefined)) === undefined) return matching(first);
  const found = await stat(first).catch((cause: unknown) => {
    throw missing(first, cause);
  });
  return found.isDirectory() ? inFolder(first) : named(places, dirname(first));
}

/** The folder that names of {@link PictureList} are relative to. */
export function pictureRoot(places: readonly string[]): string {
  const [first] = places;
  if (places.length > 1) return commonFolder(places);
  const found = statSync(first, { throwIfNoEntry: false });
  if (found === undefined) return fixedFolder(first);
  return found.isDirectory() ? first : dirname(first);
}

function named(paths: readonly string[], folder: string): PictureList {
  return {
    pictures: paths.map((path) => ({ path, file: relative(folder, path) })),
    unsupported: [],
    others: 0,
    subfolders: 0,
  };
}

async function inFolder(folder: string): Promise<PictureList> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw missing(folder, cause);
  });
  const files = entries.filter((entry) => entry.isFile() || entry.isSymbolicLink());
  return sorted(
    folder,
    files.map(({ name }) => join(folder, name)),
    entries.filter((entry) => entry.isDirectory()).length,
  );
}

async function matching(pattern: string): Promise<PictureList> {
  const { glob } = await import('tinyglobby');
  const folder = fixedFolder(pattern);
  const inside = relative(folder, pattern).replaceAll('\\', '/');
  const numbered = /%0?(\d*)d/.exec(inside);
  const glyphs = numbered === null ? inside : inside.replace(numbered[0], '*');
  const found = await glob(glyphs, { cwd: folder, absolute: true, expandDirectories: false });
  const digits =
    numbered &&
    new RegExp(
      `^${inside
        .split(numbered[0])
        .map(escaped)
        .join(`(\\d{${numbered[1] || 1},})`)}$`,
    );
  return sorted(
    folder,
    digits === null ? found : found.filter((path) => digits.test(relative(folder, path).replaceAll('\\', '/'))),
    0,
    pattern,
  );
}

async function sorted(
  folder: string,
  paths: readonly string[],
  subfolders: number,
  pattern?: string,
): Promise<PictureList> {
  const names = paths.map((path) => relative(folder, path)).sort(compare);
  const pictures: { path: string; file: string }[] = [];
  const unsupported: string[] = [];
  let others = 0;
  for (let at = 0; at < names.length; at += READERS) {
    const batch = names.slice(at, at + READERS);
    const kinds = await Promise.all(batch.map((name) => kindOf(join(folder, name))));
    for (const [i, file] of batch.entries()) {
      if (kinds[i] === 'picture') pictures.push({ path: join(folder, file), file });
      else if (kinds[i] === 'unsupported') unsupported.push(file);
      else others++;
    }
  }
  if (pictures.length === 0) throw noPictures(folder, { pattern, unsupported, others, subfolders });
  return { pictures, unsupported, others, subfolders };
}

async function kindOf(path: string): Promise<'picture' | 'unsupported' | 'other'> {
  // The content of these is looked at only when the picture is read.
  if (isNamedAsPicture(path)) return 'picture';
  const format = pictureFormatOf(await headOf(path).catch(() => new Uint8Array(0)));
  if (format === undefined) return 'other';
  return format.isReadable ? 'picture' : 'unsupported';
}

async function headOf(path: string): Promise<Uint8Array> {
  // Opening a pipe would wait for a writer.
  if (!(await stat(path)).isFile()) return new Uint8Array(0);
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The folders of a pattern before its first variable part. */
function fixedFolder(pattern: string): string {
  let folder = dirname(pattern);
  while (isPattern(folder)) folder = dirname(folder);
  return folder;
}

function commonFolder(paths: readonly string[]): string {
  return paths.map(dirname).reduce((common, folder) => {
    let shared = common;
    while (relative(shared, folder).startsWith('..')) shared = dirname(shared);
    return shared;
  });
}

function escaped(text: string): string {
  return text
    .replace(/[.+^$()|\\{}[\]]/g, '\\$&')
    .replaceAll('**/', '(?:.*/)?')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]');
}

function missing(path: string, cause: unknown): SourceError {
  return new SourceError(`the source "${path}" cannot be read: ${(cause as Error).message}`, {
    cause,
    code: 'NOWCAST_SOURCE_MISSING',
  });
}

function noPictures(
  folder: string,
  left: {
    readonly pattern: string | undefined;
    readonly unsupported: readonly string[];
    readonly others: number;
    readonly subfolders: number;
  },
): SourceError {
  const { pattern, unsupported, others, subfolders } = left;
  const where = pattern === undefined ? `the folder "${folder}" holds no pictures` : `"${pattern}" matches no pictures`;
  const held = [
    ...(unsupported.length === 0 ? [] : [`${counted(unsupported.length, 'picture')} of other formats`]),
    counted(others, 'other file'),
    ...(subfolders === 0 ? [] : [counted(subfolders, 'subfolder')]),
  ].join(', ');
  const remedy = subfolders > 0 ? `; to read subfolders, give "${join(basename(folder), '**')}"` : '';
  return new SourceError(`${where} (${held}); supported are ${READABLE_FORMATS.join(', ')}${remedy}`, {
    code: 'NOWCAST_SOURCE_NO_PICTURES',
  });
}
