import { DataError } from '../src/core/errors.js';
import { plain } from './class-mapping.js';
import type { ObjectColumns } from './coco-ap.js';
import type { GroundTruth } from './ground-truth.js';

/** Which classes are scored, and what the model calls them. */
export type ClassChoice = {
  /** Names or ids of the annotations' classes. Undefined: all. */
  readonly classes?: readonly string[] | undefined;
  /** Pairs of a class of the annotations, by name or id, and the model's name for it. */
  readonly map?: readonly (readonly [annotated: string, ofModel: string])[] | undefined;
};

/**
 * The ground truth with a choice of classes. Objects of other classes are left out, as if pycocotools' `catIds` were
 * set.
 * @throws DataError naming a class that the annotations do not have
 */
export function chooseClasses(truth: GroundTruth, { classes: kept, map }: ClassChoice): GroundTruth {
  const restricted = kept === undefined ? truth : restrictedTo(truth, indicesOf(truth, kept, '--classes'));
  if (map === undefined || map.length === 0) return restricted;
  const modelNames = new Map<number, string[]>();
  for (const [annotated, ofModel] of map) {
    for (const k of indicesOf(restricted, [annotated], '--map'))
      modelNames.set(k, [...(modelNames.get(k) ?? []), ofModel]);
  }
  return { ...restricted, modelNames };
}

/** The ground truth without the objects of some images, which are then not scored. */
export function withoutImages(truth: GroundTruth, left: ReadonlySet<number>): GroundTruth {
  if (left.size === 0) return truth;
  return { ...truth, objects: pickObjects(truth.objects, (row) => !left.has(truth.objects.image[row])) };
}

function restrictedTo(truth: GroundTruth, kept: readonly number[]): GroundTruth {
  const order = [...new Set(kept)].sort((a, b) => a - b);
  const newIndex = new Map(order.map((k, index) => [k, index]));
  const objects = pickObjects(truth.objects, (row) => newIndex.has(truth.objects.classIndex[row]));
  const classes = order.map((k) => truth.classes[k]);
  return {
    ...truth,
    classes,
    classIndex: new Map(classes.map(({ id }, index) => [id, index])),
    unscoredClasses: new Set(truth.classes.filter((_, k) => !newIndex.has(k)).map(({ id }) => id)),
    objects: { ...objects, classIndex: objects.classIndex.map((k) => newIndex.get(k)!) },
  };
}

function indicesOf({ classes }: GroundTruth, wanted: readonly string[], flag: string): number[] {
  return wanted.flatMap((text) => {
    const byId = classes.findIndex(({ id }) => String(id) === text);
    if (byId >= 0) return [byId];
    const byName = classes.flatMap(({ name }, k) => (plain(name) === plain(text) ? [k] : []));
    if (byName.length === 0)
      throw new DataError(
        `${flag}: "${text}" is no class of the annotations, which have ${classes.map(({ name }) => name).join(', ')}`,
      );
    return byName;
  });
}

function pickObjects(objects: ObjectColumns, isKept: (row: number) => boolean): ObjectColumns {
  const rows = Array.from(objects.image.keys()).filter(isKept);
  return {
    image: Int32Array.from(rows, (row) => objects.image[row]),
    classIndex: Int32Array.from(rows, (row) => objects.classIndex[row]),
    boxes: Float64Array.from(rows.flatMap((row) => [...objects.boxes.subarray(row * 4, row * 4 + 4)])),
    area: Float64Array.from(rows, (row) => objects.area[row]),
    crowd: Uint8Array.from(rows, (row) => objects.crowd[row]),
    idIsZero: Uint8Array.from(rows, (row) => objects.idIsZero[row]),
  };
}
