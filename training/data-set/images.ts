import { join } from 'node:path';
import { type Warnings } from '../../evaluation/warnings.js';
import { DataError } from '../../src/core/errors.js';
import type { Size } from '../../src/core/size.js';
import { annotatedPath } from '../../src/streaming/pictures/annotated-path.js';
import type { DataPicture } from './data-set.js';
import { recordsOf, shown, type Json } from './records.js';

/** A picture whose labels are still being collected. */
export type OpenPicture = Omit<DataPicture, 'labels'> & {
  readonly classIds: number[];
  readonly corners: number[];
  /** The picture does not fit its record: what its annotations say of it is worthless. */
  readonly isUnusable: boolean;
};

/** What a picture's file shows; an error if it cannot be read. */
export type PictureSizes = ReadonlyMap<string, Size | Error>;

/**
 * The pictures by id, in the file's order. Argoverse-HD's lie in folders by sequence.
 * @param root base folder of file names
 * @param name of the annotations, for messages
 * @param sizes of pictures as they are decoded; those that are absent are taken from the annotations
 * @throws DataError naming the wrong record
 */
export function parseImages(
  json: unknown,
  root: string,
  name: string,
  sizes: PictureSizes,
  warnings: Warnings,
): ReadonlyMap<unknown, OpenPicture> {
  const records = recordsOf(json, 'images', name);
  if (records.length === 0) throw new DataError(`${name}: "images" is empty; there is nothing to learn from`);
  const folders = sequenceFolders(json as Json, name);
  const pictures = new Map<unknown, OpenPicture>();
  const paths = new Set<string>();
  for (const [i, record] of records.entries()) {
    const { id, width, height } = record;
    const file = record['file_name'] ?? record['name'];
    if (typeof file !== 'string' || !isPositive(width) || !isPositive(height)) {
      throw new DataError(`${name}: images[${i}] must have a "file_name", and "width" and "height" above 0`);
    }
    if (pictures.has(id)) throw new DataError(`${name}: images[${i}]: the id ${String(id)} is repeated`);
    const path = annotatedPath(join(root, folderOf(record['sid'], folders, `${name}: images[${i}]`)), file);
    if (paths.has(path))
      warnings.add(
        'picture listed twice: each record teaches that the objects of the other are not there',
        `images[${i}], ${shown(file)}`,
      );
    paths.add(path);
    const size = { width, height };
    const isUnusable = !isUsable(size, sizes.get(path), path, warnings);
    pictures.set(id, { path, size, classIds: [], corners: [], isUnusable });
  }
  return pictures;
}

/** Folders of Argoverse-HD's sequences below the root; undefined for plain COCO. Evaluation reads them alike. */
function sequenceFolders(json: Json, name: string): readonly string[] | undefined {
  const key = ['seq_dirs', 'sequences'].find((one) => one in json);
  if (key === undefined) return undefined;
  const folders = json[key];
  if (Array.isArray(folders) && folders.every((folder) => typeof folder === 'string')) return folders;
  throw new DataError(`${name}: "${key}" must be an array of strings`);
}

/** @param sid number of the picture's sequence; pictures without one lie in the root */
function folderOf(sid: unknown, folders: readonly string[] | undefined, where: string): string {
  if (sid === undefined || folders === undefined) return '';
  const folder = typeof sid === 'number' ? folders[sid] : undefined;
  if (folder !== undefined) return folder;
  throw new DataError(`${where}: "sid" is ${shown(sid)}, but there are ${folders.length} sequences, counted from 0`);
}

function isUsable(stated: Size, found: Size | Error | undefined, path: string, warnings: Warnings): boolean {
  if (found === undefined) return true;
  if (found instanceof Error) {
    warnings.add('picture passed over: it cannot be read', `${path}: ${found.message}`);
    return false;
  }
  if (found.width === stated.width && found.height === stated.height) return true;
  const where = `${path} has ${found.width}x${found.height} pixels, its record ${stated.width}x${stated.height}`;
  if (isSameShape(stated, found))
    warnings.add('picture of another size than its record; its boxes are scaled with it', where);
  else if (isSameShape({ width: stated.height, height: stated.width }, found)) {
    warnings.add(
      'picture passed over: its record swaps width and height; annotate pictures as they are shown, upright by EXIF',
      where,
    );
    return false;
  } else warnings.add('picture of another shape than its record; its boxes are stretched with it', where);
  return true;
}

/** Whether one is the other scaled, up to rounding. */
function isSameShape(a: Size, b: Size): boolean {
  const scale = Math.max(b.width / a.width, b.height / a.height);
  return Math.abs(b.width - a.width * scale) <= 1.5 && Math.abs(b.height - a.height * scale) <= 1.5;
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && value > 0;
}
