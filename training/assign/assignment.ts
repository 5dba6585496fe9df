import type { AnchorGrid } from '../anchors.js';

/** The objects of one picture. */
export type Objects = {
  readonly classIds: Int32Array;
  /** cx, cy, w, h of each in input pixels. */
  readonly boxes: Float32Array;
};

/** The network's output for one picture. */
export type Predictions = {
  /** [anchors, 5 + classCount]; value 4 is the objectness, the next ones the classes, as logits. */
  readonly rows: Float32Array;
  readonly classCount: number;
  /** cx, cy, w, h of each anchor in input pixels. */
  readonly boxes: Float64Array;
};

/** The anchors that must find objects, with their objects. */
export type Assignment = {
  /** Ascending. */
  readonly anchors: Int32Array;
  /** The object for each of them. */
  readonly objects: Int32Array;
  /** Overlap of the anchor's predicted box with that object, 0 to 1. */
  readonly ious: Float64Array;
};

/** A rule that assigns anchors to the objects of a picture. */
export type Assigner = (predictions: Predictions, objects: Objects, grid: AnchorGrid) => Assignment;

/** Intersection over union of boxes given as cx, cy, w, h; 0 if they do not overlap. */
export function centerBoxIou(a: ArrayLike<number>, atA: number, b: ArrayLike<number>, atB: number): number {
  const width =
    Math.min(a[atA] + a[atA + 2] / 2, b[atB] + b[atB + 2] / 2) -
    Math.max(a[atA] - a[atA + 2] / 2, b[atB] - b[atB + 2] / 2);
  const height =
    Math.min(a[atA + 1] + a[atA + 3] / 2, b[atB + 1] + b[atB + 3] / 2) -
    Math.max(a[atA + 1] - a[atA + 3] / 2, b[atB + 1] - b[atB + 3] / 2);
  if (!(width > 0 && height > 0)) return 0;
  const intersection = width * height;
  return intersection / (a[atA + 2] * a[atA + 3] + b[atB + 2] * b[atB + 3] - intersection);
}

/** The assignment that gives each anchor its object in `objectOf` (-1: none). */
export function toAssignment(objectOf: Int32Array, predictions: Predictions, objects: Objects): Assignment {
  const anchors = Int32Array.from(objectOf.keys()).filter((anchor) => objectOf[anchor] >= 0);
  return {
    anchors,
    objects: anchors.map((anchor) => objectOf[anchor]),
    ious: Float64Array.from(anchors, (anchor) =>
      centerBoxIou(objects.boxes, objectOf[anchor] * 4, predictions.boxes, anchor * 4),
    ),
  };
}
