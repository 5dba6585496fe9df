import { decodeBoxes, type AnchorGrid } from './anchors.js';
import type { Assigner, Assignment, Objects } from './assign/assignment.js';

/** Weight of the box loss against the others (YOLOX `yolox/models/yolo_head.py`, `get_losses`). */
const IOU_LOSS_WEIGHT = 5;

/** Losses added up over positives (objectness: over all anchors); a mean divides each by `positives`. */
export type LossSums = {
  /** Weighted, 5 * (1 - IoU²). */
  readonly iou: number;
  readonly objectness: number;
  readonly classes: number;
  /** 0 if it was not requested. */
  readonly l1: number;
  /** Anchors with an object. */
  readonly positives: number;
  readonly objects: number;
};

export const NO_LOSS: LossSums = { iou: 0, objectness: 0, classes: 0, l1: 0, positives: 0, objects: 0 };

export function addLosses(a: LossSums, b: LossSums): LossSums {
  return {
    iou: a.iou + b.iou,
    objectness: a.objectness + b.objectness,
    classes: a.classes + b.classes,
    l1: a.l1 + b.l1,
    positives: a.positives + b.positives,
    objects: a.objects + b.objects,
  };
}

/** The divisor of sums and gradients. */
export function lossDivisor({ positives }: LossSums): number {
  return Math.max(positives, 1);
}

/** The mean of the total loss. */
export function totalLoss(sums: LossSums): number {
  return (sums.iou + sums.objectness + sums.classes + sums.l1) / lossDivisor(sums);
}

export type LossOptions = {
  readonly classCount: number;
  readonly grid: AnchorGrid;
  readonly assign: Assigner;
  /** True to add the L1 loss of the undecoded boxes, as in the last epochs. */
  readonly l1: boolean;
};

/**
 * The losses of a batch and their gradient at the network's raw output, both as sums: divide them by {@link
 * lossDivisor} after adding up all parts of a batch. Source: YOLOX `yolox/models/yolo_head.py`, `get_losses`;
 * `yolox/models/losses.py`, `IOUloss`.
 *
 * @param raw [pictures, anchors, 5 + classCount], undecoded, scores as logits
 * @param objects one for each picture
 * @returns `gradient` in the shape of `raw`; `assignments` one for each picture
 */
export function detectionLoss(
  raw: Float32Array,
  objects: readonly Objects[],
  options: LossOptions,
): { readonly sums: LossSums; readonly gradient: Float32Array; readonly assignments: readonly Assignment[] } {
  const gradient = new Float32Array(raw.length);
  const pictureLength = raw.length / objects.length;
  let sums = NO_LOSS;
  const assignments = objects.map((of, picture) => {
    const start = picture * pictureLength;
    const part = (values: Float32Array): Float32Array => values.subarray(start, start + pictureLength);
    const { assignment, ...losses } = pictureLoss(part(raw), of, options, part(gradient));
    sums = addLosses(sums, losses);
    return assignment;
  });
  return { sums, gradient, assignments };
}

/** Writes the gradient of one picture into `gradient`, which must contain zeros. */
function pictureLoss(
  rows: Float32Array,
  objects: Objects,
  { classCount, grid, assign, l1: useL1 }: LossOptions,
  gradient: Float32Array,
): LossSums & { readonly assignment: Assignment } {
  const rowLength = 5 + classCount;
  const boxes = decodeBoxes(rows, rowLength, grid);
  const assignment = assign({ rows, classCount, boxes }, objects, grid);
  let [iou, objectness, classes, l1] = [0, 0, 0, 0];

  /** Adds a cross entropy's gradient, returns its loss. */
  const score = (at: number, target: number): number => {
    gradient[at] = 1 / (1 + Math.exp(-rows[at])) - target;
    return crossEntropy(rows[at], target);
  };
  assignment.anchors.forEach((anchor, i) => {
    const row = anchor * rowLength;
    const object = assignment.objects[i];
    iou += iouLoss(boxes, anchor * 4, objects.boxes, object * 4, grid.stride[anchor], gradient, row);
    if (useL1) l1 += l1Loss(rows, row, objects.boxes, object * 4, grid, anchor, gradient);
    for (let classId = 0; classId < classCount; classId++) {
      classes += score(row + 5 + classId, classId === objects.classIds[object] ? assignment.ious[i] : 0);
    }
  });
  const isPositive = new Uint8Array(grid.count);
  for (const anchor of assignment.anchors) isPositive[anchor] = 1;
  for (let anchor = 0; anchor < grid.count; anchor++) objectness += score(anchor * rowLength + 4, isPositive[anchor]);

  return {
    iou,
    objectness,
    classes,
    l1,
    positives: assignment.anchors.length,
    objects: objects.classIds.length,
    assignment,
  };
}

/** Binary cross entropy of a logit. */
function crossEntropy(logit: number, target: number): number {
  return Math.max(logit, 0) - logit * target + Math.log1p(Math.exp(-Math.abs(logit)));
}

/** Weighted 1 - IoU² of a predicted box; adds its gradient at the undecoded box, whose four values begin at `row`. */
function iouLoss(
  predicted: Float64Array,
  p: number,
  truth: Float32Array,
  t: number,
  stride: number,
  gradient: Float32Array,
  row: number,
): number {
  const along = (axis: 0 | 1): { length: number; highMoves: number; lowMoves: number } => {
    const [center, side] = [predicted[p + axis], predicted[p + axis + 2]];
    const [trueCenter, trueSide] = [truth[t + axis], truth[t + axis + 2]];
    const [high, low] = [center + side / 2, center - side / 2];
    const [trueHigh, trueLow] = [trueCenter + trueSide / 2, trueCenter - trueSide / 2];
    return {
      length: Math.min(high, trueHigh) - Math.max(low, trueLow),
      highMoves: high < trueHigh ? 1 : 0,
      lowMoves: low > trueLow ? 1 : 0,
    };
  };
  const sides = [along(0), along(1)];
  const overlaps = sides[0].length > 0 && sides[1].length > 0;
  const intersection = overlaps ? sides[0].length * sides[1].length : 0;
  const union = predicted[p + 2] * predicted[p + 3] + truth[t + 2] * truth[t + 3] - intersection + 1e-16;
  const iou = intersection / union;
  for (const axis of [0, 1] as const) {
    const { highMoves, lowMoves } = sides[axis];
    const across = sides[1 - axis].length;
    // The intersection's growth with the box's centre and with its side.
    const byCenter = overlaps ? (highMoves - lowMoves) * across : 0;
    const bySide = overlaps ? ((highMoves + lowMoves) / 2) * across : 0;
    const areaBySide = predicted[p + 2 + (1 - axis)];
    const iouByCenter = (byCenter * (union + intersection)) / (union * union);
    const iouBySide = (bySide * (union + intersection) - intersection * areaBySide) / (union * union);
    const byIou = -2 * iou * IOU_LOSS_WEIGHT;
    gradient[row + axis] += byIou * iouByCenter * stride;
    gradient[row + 2 + axis] += byIou * iouBySide * predicted[p + 2 + axis];
  }
  return IOU_LOSS_WEIGHT * (1 - iou * iou);
}

/** Sum of the differences of the four undecoded values; adds its gradient. */
function l1Loss(
  rows: Float32Array,
  row: number,
  truth: Float32Array,
  t: number,
  { x, y, stride }: AnchorGrid,
  anchor: number,
  gradient: Float32Array,
): number {
  const side = stride[anchor];
  const targets = [
    truth[t] / side - x[anchor],
    truth[t + 1] / side - y[anchor],
    Math.log(truth[t + 2] / side + 1e-8),
    Math.log(truth[t + 3] / side + 1e-8),
  ];
  return targets.reduce((sum, target, i) => {
    const difference = rows[row + i] - target;
    gradient[row + i] += Math.sign(difference);
    return sum + Math.abs(difference);
  }, 0);
}
