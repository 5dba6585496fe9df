import type { Size } from '../../src/core/size.js';
import type { Objects } from '../assign/assignment.js';
import type { Affine } from './affine.js';

/** Boxes of a picture and their classes. */
export type Labels = {
  readonly classIds: Int32Array;
  /** x1, y1, x2, y2 of each in pixels of the picture. */
  readonly corners: Float32Array;
};

/** The rest of a box must be longer than this, in pixels, along both axes (YOLOX `yolox/data/data_augment.py`). */
const LEAST_SIDE = 1;

/** The bounding boxes of the mapped boxes, clipped at the border of a picture of `size`. */
export function mapLabels({ classIds, corners }: Labels, [a, b, c, d, e, f]: Affine, { width, height }: Size): Labels {
  const within = (value: number, most: number): number => Math.min(Math.max(value, 0), most);
  const mapped = new Float32Array(corners.length);
  for (let i = 0; i < corners.length; i += 4) {
    const xs: number[] = [];
    const ys: number[] = [];
    for (const x of [corners[i], corners[i + 2]]) {
      for (const y of [corners[i + 1], corners[i + 3]]) {
        xs.push(a * x + b * y + c);
        ys.push(d * x + e * y + f);
      }
    }
    mapped.set(
      [
        within(Math.min(...xs), width),
        within(Math.min(...ys), height),
        within(Math.max(...xs), width),
        within(Math.max(...ys), height),
      ],
      i,
    );
  }
  return { classIds, corners: mapped };
}

export function joinLabels(parts: readonly Labels[]): Labels {
  return {
    classIds: Int32Array.from(parts.flatMap(({ classIds }) => [...classIds])),
    corners: Float32Array.from(parts.flatMap(({ corners }) => [...corners])),
  };
}

/** Boxes flipped in a picture of this width. */
export function mirrorLabels({ classIds, corners }: Labels, width: number): Labels {
  return {
    classIds,
    corners: corners.map((value, i) =>
      i % 4 === 0 ? width - corners[i + 2] : i % 4 === 2 ? width - corners[i - 2] : value,
    ),
  };
}

/** The losses' format; empty boxes are dropped. */
export function toObjects({ classIds, corners }: Labels): Objects {
  const kept = Array.from(classIds.keys()).filter(
    (i) => corners[i * 4 + 2] - corners[i * 4] > LEAST_SIDE && corners[i * 4 + 3] - corners[i * 4 + 1] > LEAST_SIDE,
  );
  return {
    classIds: Int32Array.from(kept, (i) => classIds[i]),
    boxes: Float32Array.from(
      kept.flatMap((i) => {
        const [x1, y1, x2, y2] = corners.subarray(i * 4, i * 4 + 4);
        return [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1];
      }),
    ),
  };
}
