import type { AnchorGrid } from '../anchors.js';
import { centerBoxIou, toAssignment, type Assigner, type Objects, type Predictions } from './assignment.js';

/** Anchors whose centre is nearer than this to an object's centre, in strides and along both axes, may find it. */
const CENTER_RADIUS = 1.5;
const IOU_WEIGHT = 3;
/** Added if the anchor is far from the object, so that it is taken only if no near one is left. */
const FAR_COST = 1e6;
/** An object gets as many anchors as the sum of this many best overlaps. */
const CANDIDATES_PER_OBJECT = 10;

/**
 * SimOTA: each object takes the anchors of least cost, more of them the better they already overlap. Source: YOLOX
 * (arXiv 2107.08430), section 2.1; `yolox/models/yolo_head.py`, `get_assignments`, `simota_matching`.
 */
export const simOta: Assigner = (predictions, objects, grid) => {
  const objectCount = objects.classIds.length;
  const { candidates, isNear } = nearAnchors(objects, grid);
  const { ious, costs } = pairCosts(predictions, objects, candidates, isNear);

  const chosenBy = new Int32Array(candidates.length).fill(-1);
  const isContested = new Uint8Array(candidates.length);
  for (let object = 0; object < objectCount; object++) {
    const row = object * candidates.length;
    const count = anchorsWanted(ious.subarray(row, row + candidates.length));
    for (const candidate of smallest(costs.subarray(row, row + candidates.length), count)) {
      if (chosenBy[candidate] >= 0) isContested[candidate] = 1;
      chosenBy[candidate] = object;
    }
  }
  const objectOf = new Int32Array(grid.count).fill(-1);
  candidates.forEach((anchor, candidate) => {
    objectOf[anchor] = isContested[candidate]
      ? cheapestObject(costs, candidate, candidates.length, objectCount)
      : chosenBy[candidate];
  });
  return toAssignment(objectOf, predictions, objects);
};

/** Anchors near any object, ascending, and for each object and candidate whether they are near each other. */
function nearAnchors(
  { boxes, classIds }: Objects,
  { count, x, y, stride }: AnchorGrid,
): { candidates: number[]; isNear: Uint8Array } {
  const objectCount = classIds.length;
  const near = (object: number, anchor: number): boolean => {
    const side = stride[anchor];
    const reach = CENTER_RADIUS * side;
    return (
      Math.abs((x[anchor] + 0.5) * side - boxes[object * 4]) < reach &&
      Math.abs((y[anchor] + 0.5) * side - boxes[object * 4 + 1]) < reach
    );
  };
  const candidates: number[] = [];
  for (let anchor = 0; anchor < count; anchor++) {
    for (let object = 0; object < objectCount; object++) {
      if (near(object, anchor)) {
        candidates.push(anchor);
        break;
      }
    }
  }
  const isNear = new Uint8Array(objectCount * candidates.length);
  for (let object = 0, pair = 0; object < objectCount; object++) {
    for (const anchor of candidates) isNear[pair++] = near(object, anchor) ? 1 : 0;
  }
  return { candidates, isNear };
}

/** Overlap and cost of each object with each candidate, [objects, candidates]. */
function pairCosts(
  { rows, classCount, boxes }: Predictions,
  objects: Objects,
  candidates: readonly number[],
  isNear: Uint8Array,
): { ious: Float64Array; costs: Float64Array } {
  const rowLength = 5 + classCount;
  const ious = new Float64Array(isNear.length);
  const costs = new Float64Array(isNear.length);
  candidates.forEach((anchor, candidate) => {
    const row = anchor * rowLength;
    const objectness = sigmoid(rows[row + 4]);
    const probability = (classId: number): number => Math.sqrt(sigmoid(rows[row + 5 + classId]) * objectness);
    let allAbsent = 0;
    for (let classId = 0; classId < classCount; classId++) allAbsent -= clampedLog(1 - probability(classId));
    objects.classIds.forEach((classId, object) => {
      const pair = object * candidates.length + candidate;
      const iou = centerBoxIou(objects.boxes, object * 4, boxes, anchor * 4);
      const p = probability(classId);
      const classCost = allAbsent + clampedLog(1 - p) - clampedLog(p);
      ious[pair] = iou;
      costs[pair] = classCost - IOU_WEIGHT * Math.log(iou + 1e-8) + (isNear[pair] ? 0 : FAR_COST);
    });
  });
  return { ious, costs };
}

function anchorsWanted(ious: Float64Array): number {
  const best = ious.slice().sort().reverse().subarray(0, CANDIDATES_PER_OBJECT);
  return Math.max(1, Math.floor(best.reduce((sum, iou) => sum + iou, 0)));
}

/** Indices of the `count` smallest values; of equal ones the first. NaN is never taken. */
function smallest(values: Float64Array, count: number): number[] {
  const taken: number[] = [];
  for (let round = 0; round < count; round++) {
    let best = -1;
    for (let i = 0; i < values.length; i++) {
      if ((best < 0 ? values[i] < Infinity : values[i] < values[best]) && !taken.includes(i)) best = i;
    }
    if (best < 0) break;
    taken.push(best);
  }
  return taken;
}

function cheapestObject(costs: Float64Array, candidate: number, candidateCount: number, objectCount: number): number {
  let best = 0;
  for (let object = 1; object < objectCount; object++) {
    if (costs[object * candidateCount + candidate] < costs[best * candidateCount + candidate]) best = object;
  }
  return best;
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/** PyTorch's binary cross entropy clamps logarithms at -100. */
function clampedLog(value: number): number {
  return Math.max(Math.log(value), -100);
}
