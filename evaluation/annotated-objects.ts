import type { ObjectColumns } from './coco-ap.js';
import { CROWD, NOT_COUNTED } from './coco-ap/tables.js';
import {
  asNumber,
  describe,
  numberIn,
  numberOf,
  numpyBoxOf,
  oddityOf,
  referenceOf,
  wrongField,
  type JsonRecord,
} from './json-records.js';
import { asRecordId, type RecordId } from './record-id.js';
import type { Warnings } from './warnings.js';

const LIST = 'annotations: annotations';

/**
 * Reads annotations as pycocotools does: of equal ids the last one stands for all, and unusual boxes and areas are
 * scored as they are. A missing area is width times height, and a missing `iscrowd` is 0; pycocotools refuses these.
 * @throws DataError naming the record that cannot be scored
 */
export function parseObjects(
  records: readonly JsonRecord[],
  imageIndex: ReadonlyMap<RecordId, number>,
  classIndex: ReadonlyMap<RecordId, number>,
  warnings: Warnings,
): ObjectColumns {
  const rows = scoredRows(records, imageIndex, classIndex, warnings);
  const columns = {
    image: Int32Array.from(rows, ({ image }) => image),
    classIndex: Int32Array.from(rows, (row) => row.classIndex),
    boxes: new Float64Array(rows.length * 4),
    area: new Float64Array(rows.length),
    crowd: new Uint8Array(rows.length),
    idIsZero: new Uint8Array(rows.length),
  };
  rows.forEach(({ index }, row) => {
    const record = records[index];
    readBox(record, index, columns.boxes, row * 4, warnings);
    columns.crowd[row] = crowdOf(record, index);
    columns.area[row] = areaOf(record, index, columns.boxes, row * 4, columns.crowd[row] !== 0);
    columns.idIsZero[row] = isZero(record['id']) ? 1 : 0;
  });
  return columns;
}

type Row = { readonly index: number; readonly image: number; readonly classIndex: number };

/** The records that are scored, in the order in which equal detections find them. */
function scoredRows(
  records: readonly JsonRecord[],
  imageIndex: ReadonlyMap<RecordId, number>,
  classIndex: ReadonlyMap<RecordId, number>,
  warnings: Warnings,
): readonly Row[] {
  const places = records.map((record, index): Row | undefined => {
    const image = indexOf(imageIndex, referenceOf(record, 'image_id', LIST, index));
    const cls = indexOf(classIndex, referenceOf(record, 'category_id', LIST, index));
    if (image === undefined || cls === undefined) {
      warnings.add(
        `annotation skipped: its "${image === undefined ? 'image_id' : 'category_id'}" is unknown`,
        `annotations[${index}]`,
      );
      return undefined;
    }
    return { index, image, classIndex: cls };
  });
  const listed = places.filter((place) => place !== undefined);
  const lastWith = new Map<unknown, number>();
  records.forEach((record, index) => {
    const { id } = record;
    if (typeof id === 'object' && id !== null) throw wrongField(record, 'id', LIST, index, 'a number or a text');
    if (id !== undefined) lastWith.set(asRecordId(id), index);
  });
  const lastOf = (index: number): number => lastWith.get(asRecordId(records[index]['id'])) ?? index;
  if (listed.every(({ index }) => records[index]['id'] === undefined || lastOf(index) === index)) return listed;

  // pycocotools looks annotations up by image, and then by id alone.
  return listed
    .sort((a, b) => a.image - b.image || a.index - b.index)
    .flatMap(({ index }) => {
      const { id } = records[index];
      const last = id === undefined ? index : lastOf(index);
      if (last !== index)
        warnings.add(
          'annotation replaced by a later one with the same id, as in pycocotools; number them from 1',
          `annotations[${index}] by annotations[${last}], id ${describe(id)}`,
        );
      return places[last] ?? [];
    });
}

function indexOf(indices: ReadonlyMap<RecordId, number>, id: RecordId | undefined): number | undefined {
  return id === undefined ? undefined : indices.get(id);
}

function readBox(record: JsonRecord, index: number, boxes: Float64Array, at: number, warnings: Warnings): void {
  numpyBoxOf(record, LIST, index, boxes, at);
  const box = record['bbox'] as readonly unknown[];
  if (box.some((value) => typeof value === 'string'))
    warnings.add('box of an annotation written as text and read as numbers', `annotations[${index}]`);
  const oddity = oddityOf(boxes, at);
  if (oddity !== undefined)
    warnings.add(
      `box of an annotation with ${oddity}, scored as it is, as in pycocotools`,
      `annotations[${index}], ${describe(box)}`,
    );
}

/** COCOeval overwrites "ignore" with "iscrowd", whatever its value; a value that is not 0 ignores the object. */
function crowdOf(record: JsonRecord, index: number): number {
  const value = record['iscrowd'];
  if (value === undefined || value === null) return 0;
  const number = typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : asNumber(value);
  const whole = Math.trunc(number ?? NaN);
  if (!(whole >= 0 && whole <= 255)) throw wrongField(record, 'iscrowd', LIST, index, '0 or 1');
  if (whole > 0) return CROWD;
  return value === 0 || value === false ? 0 : NOT_COUNTED;
}

function areaOf(record: JsonRecord, index: number, boxes: Float64Array, at: number, isIgnored: boolean): number {
  const value = record['area'];
  if (value === undefined || value === null) return boxes[at + 2] * boxes[at + 3];
  return isIgnored ? (asNumber(value) ?? 0) : numberOf(record, 'area', LIST, index);
}

function isZero(id: unknown): boolean {
  if (typeof id === 'string') return numberIn(id) === 0;
  return asNumber(id) === 0;
}
