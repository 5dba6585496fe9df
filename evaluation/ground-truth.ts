import { DataError } from '../src/core/errors.js';
import type { Size } from '../src/core/size.js';
import type { ObjectColumns } from './coco-ap.js';
import { boxOf, describe, integerOf, numberOf, recordsOf, type JsonRecord } from './json-records.js';
import { Warnings } from './warnings.js';

export type GroundTruthClass = { readonly id: number; readonly name: string };

export type GroundTruthImage = {
  readonly id: number;
  readonly name: string;
  /** Absent if the file does not state it; forecasts need it to clip boxes. */
  readonly size?: Size;
};

/** Frames of one drive, video or folder in the order in which they were taken. */
export type Sequence = {
  readonly name: string;
  /** Folder below the data root that holds its pictures. */
  readonly dir: string;
  /** Indices into {@link GroundTruth.images}: frame i of the sequence is image `images[i]`. */
  readonly images: Int32Array;
};

/** Annotations in the form that every evaluation reads. */
export type GroundTruth = {
  /** In ascending order of their ids, as pycocotools orders them; a class index points into this. */
  readonly classes: readonly GroundTruthClass[];
  readonly classIndex: ReadonlyMap<number, number>;
  /** In ascending order of their ids; an image index points into this. */
  readonly images: readonly GroundTruthImage[];
  readonly imageIndex: ReadonlyMap<number, number>;
  readonly sequences: readonly Sequence[];
  readonly objects: ObjectColumns;
  /**
   * For each of COCO's 80 classes the class id here, or any other number to drop it (Argoverse-HD's `coco_mapping`).
   */
  readonly cocoMapping?: readonly number[];
  /** Counts of skipped records. */
  readonly warnings: readonly string[];
};

/**
 * Reads a parsed annotation file: Argoverse-HD's, whose images name their sequence, or plain COCO's.
 * @param oneSequence name of the video or folder that the images of a plain COCO file are the frames of, in the file's
 * order; without it each image stands alone
 * @throws DataError naming the wrong record
 */
export function parseGroundTruth(file: unknown, oneSequence?: string): GroundTruth {
  if (typeof file !== 'object' || file === null || Array.isArray(file)) {
    throw new DataError(
      `annotations: expected an object with "images", "annotations" and "categories", got ${describe(file)}`,
    );
  }
  const json = file as JsonRecord;
  const warnings = new Warnings();
  const classes = parseClasses(recordsOf(json, 'categories'));
  const records = recordsOf(json, 'images');
  const images = parseImages(records);
  const classIndex = indexById(classes);
  const imageIndex = indexById(images);
  const sequences =
    'sequences' in json
      ? argoverseSequences(json, records, imageIndex, warnings)
      : plainSequences(records, images, imageIndex, oneSequence, warnings);
  const objects = parseObjects(recordsOf(json, 'annotations'), imageIndex, classIndex, warnings);
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

function parseClasses(records: readonly JsonRecord[]): GroundTruthClass[] {
  if (records.length === 0) throw new DataError('annotations: "categories" is empty; there is nothing to score');
  return sortedById('categories', records, (record, i) => {
    const { name } = record;
    if (typeof name !== 'string')
      throw new DataError(`annotations: categories[${i}]: "name" must be a string, got ${describe(name)}`);
    return { id: integerOf(record, 'id', 'annotations: categories', i), name };
  });
}

function parseImages(records: readonly JsonRecord[]): GroundTruthImage[] {
  if (records.length === 0) throw new DataError('annotations: "images" is empty; there is nothing to score');
  return sortedById('images', records, (record, i) => {
    const id = integerOf(record, 'id', 'annotations: images', i);
    const name = record['file_name'] ?? record['name'] ?? String(id);
    if (typeof name !== 'string')
      throw new DataError(
        `annotations: images[${i}] (id ${id}): its file name must be a string, got ${describe(name)}`,
      );
    if (record['width'] === undefined && record['height'] === undefined) return { id, name };
    const size = {
      width: numberOf(record, 'width', 'annotations: images', i),
      height: numberOf(record, 'height', 'annotations: images', i),
    };
    if (size.width <= 0 || size.height <= 0)
      throw new DataError(
        `annotations: images[${i}] (id ${id}): "width" and "height" are ${size.width}x${size.height}; both must be above 0`,
      );
    return { id, name, size };
  });
}

function sortedById<T extends { readonly id: number }>(
  list: string,
  records: readonly JsonRecord[],
  parse: (record: JsonRecord, i: number) => T,
): T[] {
  const firstWith = new Map<number, number>();
  const parsed = records.map((record, i) => {
    const value = parse(record, i);
    const first = firstWith.get(value.id);
    if (first !== undefined)
      throw new DataError(`annotations: ${list}[${i}] and ${list}[${first}] have the same id ${value.id}`);
    firstWith.set(value.id, i);
    return value;
  });
  return parsed.sort((a, b) => a.id - b.id);
}

function indexById(values: readonly { readonly id: number }[]): Map<number, number> {
  return new Map(values.map(({ id }, index) => [id, index]));
}

/** As sAP's toolkit, frames count in the order of the file; `fid` only names them. */
function argoverseSequences(
  json: JsonRecord,
  records: readonly JsonRecord[],
  imageIndex: ReadonlyMap<number, number>,
  warnings: Warnings,
): Sequence[] {
  const names = stringsOf(json, 'sequences');
  const dirs = 'seq_dirs' in json ? stringsOf(json, 'seq_dirs') : names;
  if (dirs.length !== names.length)
    throw new DataError(`annotations: ${names.length} "sequences" but ${dirs.length} "seq_dirs"`);
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) throw new DataError(`annotations: two sequences are called "${repeated}"`);

  const framesOf = names.map((): number[] => []);
  const lastFid = names.map(() => -Infinity);
  records.forEach((record, i) => {
    const sid = integerOf(record, 'sid', 'annotations: images', i);
    const fid = integerOf(record, 'fid', 'annotations: images', i);
    if (sid < 0 || sid >= names.length) {
      throw new DataError(
        `annotations: images[${i}] (id ${String(record['id'])}): "sid" is ${sid}, but there are ${names.length} sequences, counted from 0`,
      );
    }
    if (fid <= lastFid[sid])
      warnings.add(
        'image out of order: its "fid" is not above the one before in its sequence; frames count in the order of the file',
        `images[${i}], fid ${fid}`,
      );
    lastFid[sid] = fid;
    framesOf[sid].push(imageIndex.get(record['id'] as number)!);
  });
  return names.map((name, sid) => ({ name, dir: dirs[sid], images: Int32Array.from(framesOf[sid]) }));
}

function plainSequences(
  records: readonly JsonRecord[],
  images: readonly GroundTruthImage[],
  imageIndex: ReadonlyMap<number, number>,
  oneSequence: string | undefined,
  warnings: Warnings,
): Sequence[] {
  if (oneSequence === undefined) return images.map(({ name }, i) => ({ name, dir: '.', images: Int32Array.of(i) }));
  const frames = Int32Array.from(records, (record) => imageIndex.get(record['id'] as number)!);
  for (let i = 1; i < frames.length; i++) {
    const [before, here] = [images[frames[i - 1]].name, images[frames[i]].name];
    if (before.localeCompare(here, 'en', { numeric: true }) > 0) {
      warnings.add(
        'image out of order: its file name sorts before the one above it; frames count in the order of the file',
        `"${here}" after "${before}"`,
      );
    }
  }
  return [{ name: oneSequence, dir: '.', images: frames }];
}

function parseObjects(
  records: readonly JsonRecord[],
  imageIndex: ReadonlyMap<number, number>,
  classIndex: ReadonlyMap<number, number>,
  warnings: Warnings,
): ObjectColumns {
  const image = new Int32Array(records.length);
  const classOf = new Int32Array(records.length);
  const boxes = new Float64Array(records.length * 4);
  const area = new Float64Array(records.length);
  const crowd = new Uint8Array(records.length);
  const idIsZero = new Uint8Array(records.length);
  const firstWith = new Map<unknown, number>();
  let count = 0;
  for (let i = 0; i < records.length; i++) {
    const record = records[i];
    const id = record['id'];
    const first = id === undefined ? undefined : firstWith.get(id);
    if (first !== undefined)
      throw new DataError(`annotations: annotations[${i}] and annotations[${first}] have the same id ${describe(id)}`);
    firstWith.set(id, i);

    const img = imageIndex.get(integerOf(record, 'image_id', 'annotations: annotations', i));
    const cls = classIndex.get(integerOf(record, 'category_id', 'annotations: annotations', i));
    boxOf(record, 'annotations: annotations', i, boxes, count * 4);
    if (img === undefined || cls === undefined) {
      warnings.add(
        `annotation skipped: its "${img === undefined ? 'image_id' : 'category_id'}" is unknown`,
        `annotations[${i}]`,
      );
      continue;
    }
    image[count] = img;
    classOf[count] = cls;
    area[count] =
      record['area'] === undefined
        ? boxes[count * 4 + 2] * boxes[count * 4 + 3]
        : numberOf(record, 'area', 'annotations: annotations', i);
    // COCOeval overwrites "ignore" with "iscrowd", whatever its value.
    crowd[count] = Boolean(record['iscrowd']) ? 1 : 0;
    idIsZero[count] = id === 0 ? 1 : 0;
    count++;
  }
  return {
    image: image.subarray(0, count),
    classIndex: classOf.subarray(0, count),
    boxes: boxes.subarray(0, count * 4),
    area: area.subarray(0, count),
    crowd: crowd.subarray(0, count),
    idIsZero: idIsZero.subarray(0, count),
  };
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

function stringsOf(json: JsonRecord, key: string): readonly string[] {
  const value = json[key];
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) {
    throw new DataError(`annotations: "${key}" must be an array of strings`);
  }
  return value;
}
