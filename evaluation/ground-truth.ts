import { DataError } from '../src/core/errors.js';
import type { Size } from '../src/core/size.js';
import type { ObjectColumns } from './coco-ap.js';
import { parseObjects } from './annotated-objects.js';
import { describe, idOf, isJsonRecord, recordsOf, type JsonRecord } from './json-records.js';
import { compareIds, idText, type RecordId } from './record-id.js';
import { argoverseSequences, plainSequences, type Sequence } from './sequences.js';
import { Warnings } from './warnings.js';

export type { RecordId, Sequence };

export type GroundTruthClass = { readonly id: RecordId; readonly name: string };

export type GroundTruthImage = {
  readonly id: RecordId;
  readonly name: string;
  /** Absent if the file does not state it; forecasts need it to clip boxes. */
  readonly size?: Size;
};

/** Annotations in the form that every evaluation reads. */
export type GroundTruth = {
  /** In ascending order of their ids, as pycocotools orders them; a class index points into this. */
  readonly classes: readonly GroundTruthClass[];
  readonly classIndex: ReadonlyMap<RecordId, number>;
  /** In ascending order of their ids; an image index points into this. */
  readonly images: readonly GroundTruthImage[];
  readonly imageIndex: ReadonlyMap<RecordId, number>;
  readonly sequences: readonly Sequence[];
  readonly objects: ObjectColumns;
  /**
   * For each of COCO's 80 classes the class id here, or any other number to drop it (Argoverse-HD's `coco_mapping`).
   */
  readonly cocoMapping?: readonly number[];
  /** By class index: the model's names for the class, where they are not its own. */
  readonly modelNames?: ReadonlyMap<number, readonly string[]>;
  /** Classes of the file that a choice of classes left out. */
  readonly unscoredClasses?: ReadonlySet<RecordId>;
  /** Counts of skipped records. */
  readonly warnings: readonly string[];
};

/**
 * Reads a parsed annotation file: Argoverse-HD's, whose images name their sequence, or plain COCO's.
 * @param oneSequence name of the video or folder that the images of a plain COCO file are the frames of, in the file's
 * order; without it each image stands alone
 * @returns without objects if the file has no annotations, as Argoverse-HD's for testing
 * @throws DataError naming the wrong record
 */
export function parseGroundTruth(file: unknown, oneSequence?: string): GroundTruth {
  if (!isJsonRecord(file)) {
    throw new DataError(
      `annotations: expected an object with "images", "annotations" and "categories", got ${describe(file)}`,
    );
  }
  const json = file;
  const warnings = new Warnings();
  const classes = parseClasses(recordsOf(json, 'categories'), warnings);
  const records = recordsOf(json, 'images');
  const images = parseImages(records, warnings);
  const classIndex = indexById(classes);
  const imageIndex = indexById(images);
  const sequences =
    json['sequences'] !== undefined
      ? argoverseSequences(json, records, imageIndex, warnings)
      : plainSequences(records, images, imageIndex, oneSequence, warnings);
  const objects = parseObjects(
    json['annotations'] === undefined ? [] : recordsOf(json, 'annotations'),
    imageIndex,
    classIndex,
    warnings,
  );
  const cocoMapping = parseCocoMapping(json);
  return {
    classes,
    classIndex,
    images,
    imageIndex,
    sequences,
    objects,
    ...(cocoMapping && { cocoMapping }),
    warnings: warnings.list(),
  };
}

/**
 * The same for scoring boxes alone: which images belong to one sequence is not read, as pycocotools does not read it.
 * @throws DataError naming the wrong record
 */
export function parseBoxes(file: unknown): GroundTruth {
  if (!isJsonRecord(file)) return parseGroundTruth(file);
  return parseGroundTruth({ ...file, sequences: undefined, coco_mapping: undefined });
}

/** pycocotools reads no names, so a class may have none. */
function parseClasses(records: readonly JsonRecord[], warnings: Warnings): GroundTruthClass[] {
  if (records.length === 0) throw new DataError('annotations: "categories" is empty; there is nothing to score');
  return uniqueById('categories', records, warnings, (record, id, i) => ({
    id,
    name: textOf(record['name'], id, 'class', `categories[${i}]`, warnings),
  }));
}

function parseImages(records: readonly JsonRecord[], warnings: Warnings): GroundTruthImage[] {
  if (records.length === 0) throw new DataError('annotations: "images" is empty; there is nothing to score');
  return uniqueById('images', records, warnings, (record, id, i) => {
    const where = `images[${i}]`;
    const given = record['file_name'] ?? record['name'];
    const name = given === undefined ? String(id) : textOf(given, id, 'image', where, warnings);
    const { width, height } = record;
    if (width === undefined && height === undefined) return { id, name };
    if (isLength(width) && isLength(height)) return { id, name, size: { width, height } };
    warnings.add(
      'image without a usable "width" and "height"; boxes are scored without them',
      `${where}: ${describe(width)} x ${describe(height)}`,
    );
    return { id, name };
  });
}

function isLength(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

function textOf(value: unknown, id: RecordId, kind: string, where: string, warnings: Warnings): string {
  if (typeof value === 'string') return value;
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : String(id);
  warnings.add(`${kind} whose name is no text`, `${where}: ${describe(value)}, read as "${text}"`);
  return text;
}

/**
 * Records in the order of their ids. Of equal ids the last one stands, as in pycocotools.
 * @throws DataError if ids are missing, or numbers and texts are mixed
 */
function uniqueById<T extends { readonly id: RecordId }>(
  list: string,
  records: readonly JsonRecord[],
  warnings: Warnings,
  parse: (record: JsonRecord, id: RecordId, i: number) => T,
): T[] {
  const lastWith = new Map<RecordId, { readonly value: T; readonly i: number }>();
  records.forEach((record, i) => {
    const id = idOf(record, `annotations: ${list}`, i);
    const before = lastWith.get(id);
    if (before !== undefined)
      warnings.add(
        'record replaced by a later one with the same id, as in pycocotools',
        `${list}[${before.i}] by ${list}[${i}], id ${idText(id)}`,
      );
    lastWith.set(id, { value: parse(record, id, i), i });
  });
  const values = Array.from(lastWith.values(), ({ value }) => value);
  const texts = values.filter(({ id }) => typeof id === 'string').length;
  if (texts !== 0 && texts !== values.length)
    throw new DataError(
      `annotations: some ids of "${list}" are numbers and some are texts, so they have no order; write all of them as numbers`,
    );
  return values.sort((a, b) => compareIds(a.id, b.id));
}

function indexById(values: readonly { readonly id: RecordId }[]): Map<RecordId, number> {
  return new Map(values.map(({ id }, index) => [id, index]));
}

function parseCocoMapping(json: JsonRecord): readonly number[] | undefined {
  const mapping = json['coco_mapping'];
  if (mapping === undefined || mapping === null) return undefined;
  if (!Array.isArray(mapping) || !mapping.every(Number.isInteger)) {
    throw new DataError(
      'annotations: "coco_mapping" must be an array that gives a class id for each of COCO\'s classes',
    );
  }
  return mapping as number[];
}
