import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, UsageError } from '../src/core/errors.js';
import type { Size } from '../src/core/size.js';
import type { Labels } from './data/labels.js';

/** Annotated pictures; the files are not open. */
export type DataSet = {
  /** In the order of their ids; a class id of a label points into this. */
  readonly classNames: readonly string[];
  readonly pictures: readonly DataPicture[];
  /** Counts of skipped records. */
  readonly warnings: readonly string[];
};

export type DataPicture = {
  readonly path: string;
  readonly size: Size;
  /** In pixels of the picture. */
  readonly labels: Labels;
};

type Json = Readonly<Record<string, unknown>>;

/** @throws UsageError if the annotations cannot be read, DataError naming the wrong record */
export function readDataSet({ annotations, root }: { readonly annotations: string; readonly root: string }): DataSet {
  let text: string;
  try {
    text = readFileSync(annotations, 'utf8');
  } catch (cause) {
    throw new UsageError(`cannot read the annotations ${annotations}: ${(cause as Error).message}`, { cause });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new DataError(`${annotations} is not JSON: ${(cause as Error).message}`, { cause });
  }
  return parseDataSet(json, root, annotations);
}

/**
 * Reads plain COCO annotations, or Argoverse-HD's, whose pictures lie in folders by sequence. As YOLOX does, it omits
 * crowds, clips boxes at the picture's border, and keeps pictures without objects.
 * @param root base folder of file names
 * @param name of the file, for messages
 */
export function parseDataSet(json: unknown, root: string, name: string): DataSet {
  const list = (key: string): Json[] => recordsOf(json, key, name);
  const categories = parseCategories(list('categories'), name);
  const classIndex = new Map(categories.map(({ id }, i) => [id, i]));
  const images = list('images');
  const pictures = parseImages(images, (json as Json)['seq_dirs'] as string[] | undefined, root, name);
  const skipped = addLabels(list('annotations'), pictures, classIndex, name);
  const labeled = Array.from(pictures.values(), ({ path, size, classIds, corners }): DataPicture => ({
    path,
    size,
    labels: { classIds: Int32Array.from(classIds), corners: Float32Array.from(corners) },
  }));
  if (labeled.every(({ labels }) => labels.classIds.length === 0))
    throw new DataError(`${name}: no picture has an object; there is nothing to learn`);
  return {
    classNames: categories.map(({ label }) => label),
    pictures: labeled,
    warnings: Array.from(skipped, ([why, count]) => `${name}: ${count} annotations were skipped: ${why}`),
  };
}

function recordsOf(json: unknown, key: string, name: string): Json[] {
  const value = (json as Json | null)?.[key];
  if (!Array.isArray(value)) throw new DataError(`${name}: "${key}" must be an array; this must be a COCO file`);
  const other = value.findIndex((entry) => typeof entry !== 'object' || entry === null);
  if (other >= 0)
    throw new DataError(`${name}: ${key}[${other}] is ${JSON.stringify(value[other])}; it must be an object`);
  return value as Json[];
}

/** In the order of their ids. */
function parseCategories(records: readonly Json[], name: string): { readonly id: number; readonly label: string }[] {
  if (records.length === 0) throw new DataError(`${name}: "categories" is empty; there is nothing to learn`);
  return records
    .map(({ id, name: label }, i, all) => {
      if (typeof id !== 'number' || typeof label !== 'string')
        throw new DataError(`${name}: categories[${i}] must have a numeric "id" and a "name"`);
      if (all.findIndex((other) => other['id'] === id) < i)
        throw new DataError(`${name}: categories[${i}]: the id ${id} is repeated`);
      return { id, label };
    })
    .sort((a, b) => a.id - b.id);
}

/** A picture whose labels are still being collected. */
type OpenPicture = Omit<DataPicture, 'labels'> & { readonly classIds: number[]; readonly corners: number[] };

/** By id. */
function parseImages(
  records: readonly Json[],
  folders: readonly string[] | undefined,
  root: string,
  name: string,
): Map<unknown, OpenPicture> {
  if (records.length === 0) throw new DataError(`${name}: "images" is empty; there is nothing to learn from`);
  const pictures = new Map<unknown, OpenPicture>();
  for (const [i, image] of records.entries()) {
    const { id, width, height, sid } = image;
    const file = image['file_name'] ?? image['name'];
    if (typeof file !== 'string' || !isPositive(width) || !isPositive(height)) {
      throw new DataError(`${name}: images[${i}] must have a "file_name", and "width" and "height" above 0`);
    }
    if (pictures.has(id)) throw new DataError(`${name}: images[${i}]: the id ${String(id)} is repeated`);
    const folder = typeof sid === 'number' && folders !== undefined ? (folders[sid] ?? '') : '';
    pictures.set(id, { path: join(root, folder, file), size: { width, height }, classIds: [], corners: [] });
  }
  return pictures;
}

/** @returns the number of skipped annotations by reason */
function addLabels(
  records: readonly Json[],
  pictures: ReadonlyMap<unknown, OpenPicture>,
  classIndex: ReadonlyMap<number, number>,
  name: string,
): ReadonlyMap<string, number> {
  const skipped = new Map<string, number>();
  const skip = (why: string): void => void skipped.set(why, (skipped.get(why) ?? 0) + 1);
  for (const [i, { image_id, category_id, bbox, iscrowd }] of records.entries()) {
    const picture = pictures.get(image_id);
    const classId = classIndex.get(category_id as number);
    if (!Array.isArray(bbox) || bbox.length !== 4 || !bbox.every(Number.isFinite))
      throw new DataError(`${name}: annotations[${i}]: "bbox" must be four numbers`);
    const [x, y, width, height] = bbox as number[];
    if (picture === undefined) skip('their image is missing');
    else if (classId === undefined) skip('their category is missing');
    else if (iscrowd) skip('they are crowds');
    else {
      const [x1, y1] = [Math.max(x, 0), Math.max(y, 0)];
      const [x2, y2] = [Math.min(x + width, picture.size.width), Math.min(y + height, picture.size.height)];
      if (!(x2 > x1 && y2 > y1)) skip('their box is empty or outside the picture');
      else {
        picture.classIds.push(classId);
        picture.corners.push(x1, y1, x2, y2);
      }
    }
  }
  return skipped;
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && value > 0;
}
