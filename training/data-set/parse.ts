import { Warnings } from '../../evaluation/warnings.js';
import { DataError } from '../../src/core/errors.js';
import { addBoxes } from './boxes.js';
import { emptyClasses, equalNames, parseClasses } from './classes.js';
import type { DataPicture, DataSet } from './data-set.js';
import { parseImages, type PictureSizes } from './images.js';
import { recordsOf } from './records.js';

/**
 * Reads plain COCO annotations, or Argoverse-HD's, whose pictures lie in folders by sequence. As YOLOX does, it omits
 * crowds, clips boxes at the picture's border, and keeps pictures without objects.
 * @param root base folder of file names
 * @param name of the file, for messages
 * @param sizes of pictures as they are decoded, by path: a picture that does not fit its record is passed over
 * @throws DataError naming the wrong record, or the reason why nothing can be learned
 */
export function parseDataSet(
  json: unknown,
  root: string,
  name: string,
  sizes: PictureSizes = new Map<string, never>(),
): DataSet {
  const warnings = new Warnings();
  const classes = parseClasses(recordsOf(json, 'categories', name), name);
  const classIndex = new Map(classes.map(({ id }, i) => [id as unknown, i]));
  const pictures = [...parseImages(json, root, name, sizes, warnings)];
  addBoxes(recordsOf(json, 'annotations', name), new Map(pictures), classIndex, name, warnings);
  const usable = pictures.filter(([, { isUnusable }]) => !isUnusable);
  const counts = classes.map(() => 0);
  for (const [, { classIds }] of usable) for (const classId of classIds) counts[classId]++;
  if (counts.every((count) => count === 0)) {
    const why = warnings.list().map((warning) => `\n- ${warning}`);
    throw new DataError(`${name}: no picture has an object; there is nothing to learn${why.join('')}`);
  }
  return {
    classNames: classes.map(({ label }) => label),
    pictures: usable.map(([, { path, size, classIds, corners }]): DataPicture => ({
      path,
      size,
      labels: { classIds: Int32Array.from(classIds), corners: Float32Array.from(corners) },
    })),
    warnings: [...equalNames(classes), ...emptyClasses(classes, counts), ...warnings.list()].map(
      (warning) => `${name}: ${warning}`,
    ),
  };
}

/** The pictures' paths, each once; arguments and errors as in {@link parseDataSet}. */
export function picturePaths(json: unknown, root: string, name: string): readonly string[] {
  const pictures = parseImages(json, root, name, new Map<string, never>(), new Warnings());
  return [...new Set(Array.from(pictures.values(), ({ path }) => path))];
}
