import { type Warnings } from '../../evaluation/warnings.js';
import { DataError } from '../../src/core/errors.js';
import type { OpenPicture } from './images.js';
import { shown, type Json } from './records.js';

/** A box may reach this far over the border, in pixels, before it is worth a word: annotators' rounding. */
const ROUNDING = 2;

/**
 * Adds each annotation to its picture, as YOLOX does: without crowds, and clipped at the border.
 * @param classIndex by category id
 * @param name of the file, for messages
 * @throws DataError naming the wrong record, or where every box is smaller than a pixel
 */
export function addBoxes(
  records: readonly Json[],
  pictures: ReadonlyMap<unknown, OpenPicture>,
  classIndex: ReadonlyMap<unknown, number>,
  name: string,
  warnings: Warnings,
): void {
  let boxes = 0;
  let shares = 0;
  let share: string | undefined;
  for (const [i, { image_id, category_id, bbox, iscrowd }] of records.entries()) {
    const pass = (why: string, value: string): void =>
      warnings.add(`annotation passed over: ${why}`, `annotations[${i}], ${value}`);
    const picture = pictures.get(image_id);
    const classId = classIndex.get(category_id);
    if (!Array.isArray(bbox) || bbox.length !== 4 || !bbox.every(Number.isFinite))
      throw new DataError(`${name}: annotations[${i}]: "bbox" must be four numbers`);
    const [x, y, width, height] = bbox as number[];
    const value = `bbox ${shown(bbox)}`;
    if (picture === undefined) {
      pass('its image_id is no id of "images"', `image_id ${shown(image_id)}`);
      continue;
    }
    if (picture.isUnusable) continue;
    if (classId === undefined) {
      pass('its category_id is no id of "categories"', `category_id ${shown(category_id)}`);
      continue;
    }
    if (iscrowd) {
      pass('it is a crowd', value);
      continue;
    }
    if (!(width > 0 && height > 0)) {
      pass('its box has no width or no height', value);
      continue;
    }
    boxes++;
    if (x >= 0 && y >= 0 && x + width <= 1.01 && y + height <= 1.01) {
      shares++;
      share ??= value;
    }
    const { size } = picture;
    const [x1, y1] = [Math.max(x, 0), Math.max(y, 0)];
    const [x2, y2] = [Math.min(x + width, size.width), Math.min(y + height, size.height)];
    if (!(x2 > x1 && y2 > y1)) pass('its box is outside the picture', `${value} of ${size.width}x${size.height}`);
    else if (x2 - x1 < 1 || y2 - y1 < 1) pass('its box is smaller than a pixel', value);
    else {
      const over = Math.max(x1 - x, y1 - y, x + width - x2, y + height - y2);
      if (over > ROUNDING)
        warnings.add(
          'box reaches over the border and is clipped; COCO writes [left, top, width, height]',
          `annotations[${i}], ${value} of ${size.width}x${size.height}`,
        );
      picture.classIds.push(classId);
      picture.corners.push(x1, y1, x2, y2);
    }
  }
  if (boxes > 0 && shares === boxes)
    throw new DataError(
      `${name}: every box lies within the first pixel, such as ${share}; these are shares of the picture's size, but COCO's boxes are pixels. ` +
        'Multiply them by width and height',
    );
}
