import { type Warnings } from '../../evaluation/warnings.js';
import { DataError } from '../../src/core/errors.js';
import type { OpenPicture } from './images.js';
import { shown, type Json } from './records.js';

/** A box may reach this far over the border, in pixels, before it is worth a word: annotators' rounding. */
const ROUNDING = 2;
/** Shares of a picture reach 1, with the rounding of their writers. */
const LARGEST_SHARE = 1.01;

/** An annotation that teaches something, or that may. */
type Annotated = {
  readonly picture: OpenPicture;
  readonly classId: number;
  /** As annotated: left, top, width, height in pixels of the picture's record. */
  readonly bbox: readonly [number, number, number, number];
};

/** An annotation that teaches nothing, with the value that is the reason. */
type PassedOver = { readonly why: string; readonly value: string };

/**
 * Adds each annotation to its picture, as YOLOX does: without crowds, and clipped at the border.
 * @param classIndex by category id
 * @param name of the file, for messages
 * @throws DataError where every box is smaller than a pixel
 */
export function addBoxes(
  records: readonly Json[],
  pictures: ReadonlyMap<unknown, OpenPicture>,
  classIndex: ReadonlyMap<unknown, number>,
  name: string,
  warnings: Warnings,
): void {
  const boxes: Annotated['bbox'][] = [];
  for (const [i, record] of records.entries()) {
    const where = `annotations[${i}]`;
    const annotated = annotatedIn(record, pictures, classIndex);
    if (annotated === undefined) continue;
    const isPassedOver = 'why' in annotated;
    if (!isPassedOver) boxes.push(annotated.bbox);
    const passedOver = isPassedOver ? annotated : addClipped(annotated, where, warnings);
    if (passedOver !== undefined)
      warnings.add(`annotation passed over: ${passedOver.why}`, `${where}, ${passedOver.value}`);
  }
  if (boxes.length > 0 && boxes.every(areShares))
    throw new DataError(
      `${name}: every box lies within the first pixel, such as ${valueOf(boxes[0])}; these are shares of the picture's size, but COCO's boxes are pixels. ` +
        'Multiply them by width and height',
    );
}

/** @returns undefined for an annotation of a picture that was passed over itself */
function annotatedIn(
  { image_id, category_id, bbox, iscrowd }: Json,
  pictures: ReadonlyMap<unknown, OpenPicture>,
  classIndex: ReadonlyMap<unknown, number>,
): Annotated | PassedOver | undefined {
  const picture = pictures.get(image_id);
  if (picture === undefined) return { why: 'its image_id is no id of "images"', value: `image_id ${shown(image_id)}` };
  if (picture.isUnusable) return undefined;
  const classId = classIndex.get(category_id);
  if (classId === undefined)
    return { why: 'its category_id is no id of "categories"', value: `category_id ${shown(category_id)}` };
  if (!isBox(bbox)) return { why: 'its "bbox" is not four numbers', value: `bbox ${shown(bbox)}` };
  if (iscrowd) return { why: 'it is a crowd', value: valueOf(bbox) };
  const [, , width, height] = bbox;
  if (!(width > 0 && height > 0)) return { why: 'its box has no width or no height', value: valueOf(bbox) };
  return { picture, classId, bbox };
}

/** Adds the part of the box inside the picture. @returns the reason if that part teaches nothing */
function addClipped({ picture, classId, bbox }: Annotated, where: string, warnings: Warnings): PassedOver | undefined {
  const { size } = picture;
  const [x, y, width, height] = bbox;
  const [x1, y1] = [Math.max(x, 0), Math.max(y, 0)];
  const [x2, y2] = [Math.min(x + width, size.width), Math.min(y + height, size.height)];
  const within = `${valueOf(bbox)} of ${size.width}x${size.height}`;
  if (!(x2 > x1 && y2 > y1)) return { why: 'its box is outside the picture', value: within };
  if (x2 - x1 < 1 || y2 - y1 < 1) return { why: 'its box is smaller than a pixel', value: valueOf(bbox) };
  if (Math.max(x1 - x, y1 - y, x + width - x2, y + height - y2) > ROUNDING)
    warnings.add(
      'box reaches over the border and is clipped; COCO writes [left, top, width, height]',
      `${where}, ${within}`,
    );
  if (holds(picture, classId, [x1, y1, x2, y2]))
    warnings.add('object annotated twice: the same class and box in one picture', `${where}, ${valueOf(bbox)}`);
  picture.classIds.push(classId);
  picture.corners.push(x1, y1, x2, y2);
  return undefined;
}

function holds({ classIds, corners }: OpenPicture, classId: number, box: readonly number[]): boolean {
  return classIds.some((other, i) => other === classId && box.every((value, side) => corners[4 * i + side] === value));
}

function areShares([x, y, width, height]: Annotated['bbox']): boolean {
  return x >= 0 && y >= 0 && x + width <= LARGEST_SHARE && y + height <= LARGEST_SHARE;
}

function isBox(value: unknown): value is Annotated['bbox'] {
  return Array.isArray(value) && value.length === 4 && value.every(Number.isFinite);
}

function valueOf(bbox: Annotated['bbox']): string {
  return `bbox ${shown(bbox)}`;
}
