import { DataError } from '../src/core/errors.js';
import type { GroundTruth } from './ground-truth.js';

/**
 * The class index of the ground truth for each class of a model; -1 for classes that the ground truth does not have.
 * COCO's 80 classes follow the annotations' `coco_mapping` if there is one; other classes match by name, ignoring case,
 * spaces and underscores.
 * @throws DataError if no class matches
 */
export function mapClasses(
  classNames: readonly string[],
  { classes, classIndex, cocoMapping }: Pick<GroundTruth, 'classes' | 'classIndex' | 'cocoMapping'>,
): Int32Array {
  const byName = new Map(classes.map(({ name }, index) => [plain(name), index]));
  const mapping =
    cocoMapping?.length === classNames.length
      ? Int32Array.from(cocoMapping, (id) => classIndex.get(id) ?? -1)
      : Int32Array.from(classNames, (name) => byName.get(plain(name)) ?? -1);
  if (mapping.every((index) => index < 0)) {
    throw new DataError(
      `none of the model's classes (${short(classNames)}) is in the annotations (${short(classes.map(({ name }) => name))}); check that model and annotations belong together`,
    );
  }
  return mapping;
}

function plain(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')
    .trim();
}

function short(names: readonly string[]): string {
  return names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;
}
