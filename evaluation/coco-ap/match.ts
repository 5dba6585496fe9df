import { AREA_RANGES, IOU_THRESHOLDS, isWithin } from './parameters.js';
import { CROWD, type DetectionTable, type ObjectTable } from './tables.js';

/** Words for the outcome of one detection: for each area range, a bit set of matched and one of ignored. */
export const WORDS_PER_DETECTION = AREA_RANGES.length * 2;

/**
 * The outcomes of the detections of `frame`, matched with the objects of `image`. For detection `d` of the frame and
 * area range `a`, word `d * WORDS_PER_DETECTION + a * 2` has a bit for each IoU threshold at which it found an object;
 * the next word has one for each threshold at which it does not count.
 */
export type Outcome = Uint16Array;

export type Matcher = {
  readonly objects: ObjectTable;
  readonly detections: DetectionTable;
  /** Computed once for each pair of image and frame, for any number of pairings. */
  readonly outcome: (image: number, frame: number) => Outcome;
};

const FOUND_BY = IOU_THRESHOLDS.map((threshold) => Math.min(threshold, 1 - 1e-10));

/** Matches frames to images greedily by score, as COCOeval's `evaluateImg` does, and caches each result. */
export function matcher(objects: ObjectTable, detections: DetectionTable): Matcher {
  const known = new Map<number, Outcome>();
  const scratch = newScratch();
  return {
    objects,
    detections,
    outcome(image, frame) {
      const key = image * detections.groups + frame;
      let outcome = known.get(key);
      if (outcome === undefined) {
        outcome = match(objects, detections, image, frame, scratch);
        known.set(key, outcome);
      }
      return outcome;
    },
  };
}

/** Reused from match to match; grown as needed. */
type Scratch = {
  /** For each object: the thresholds at which it is matched already. */
  taken: Uint16Array;
  /** For each detection: the end of its candidates. */
  candidateEnd: Int32Array;
  /** Objects that overlap a detection enough for the lowest threshold, with the overlap. */
  candidate: Int32Array;
  iou: Float64Array;
};

function newScratch(): Scratch {
  return {
    taken: new Uint16Array(64),
    candidateEnd: new Int32Array(128),
    candidate: new Int32Array(1024),
    iou: new Float64Array(1024),
  };
}

/** Rows of one class, those of an image's objects and those of a frame's detections, in their tables. */
type ClassRows = {
  readonly objects: ObjectTable;
  readonly firstObject: number;
  readonly endObject: number;
  readonly detections: DetectionTable;
  readonly from: number;
  readonly to: number;
};

function match(
  objects: ObjectTable,
  detections: DetectionTable,
  image: number,
  frame: number,
  scratch: Scratch,
): Outcome {
  const { classes } = objects;
  const frameStart = detections.start[frame * classes];
  const outcome = new Uint16Array((detections.start[(frame + 1) * classes] - frameStart) * WORDS_PER_DETECTION);
  for (let k = 0; k < classes; k++) {
    const from = detections.start[frame * classes + k];
    const to = detections.start[frame * classes + k + 1];
    if (from === to) continue;
    const firstObject = objects.start[image * classes + k];
    const endObject = objects.start[image * classes + k + 1];
    const rows = { objects, firstObject, endObject, detections, from, to };
    findCandidates(rows, scratch);
    const words = outcome.subarray((from - frameStart) * WORDS_PER_DETECTION, (to - frameStart) * WORDS_PER_DETECTION);
    for (let a = 0; a < AREA_RANGES.length; a++) matchInRange(rows, a, scratch, words);
  }
  return outcome;
}

function findCandidates({ objects, firstObject, endObject, detections, from, to }: ClassRows, scratch: Scratch): void {
  const pairs = (to - from) * (endObject - firstObject);
  if (scratch.candidate.length < pairs) {
    scratch.candidate = new Int32Array(pairs * 2);
    scratch.iou = new Float64Array(pairs * 2);
  }
  if (scratch.taken.length < endObject - firstObject) scratch.taken = new Uint16Array((endObject - firstObject) * 2);
  const { candidate, candidateEnd, iou } = scratch;
  let count = 0;
  for (let d = from; d < to; d++) {
    const first = count;
    for (let g = firstObject, least = FOUND_BY[0]; g < endObject; g++) {
      const overlap = overlapOf(detections.boxes, d, objects.boxes, g, objects.crowd[g] === CROWD);
      if (Number.isNaN(overlap) && least > -Infinity) {
        // The reference compares with NaN as "not less", so that any object can follow such a match.
        least = -Infinity;
        count = first;
        g = firstObject - 1;
        continue;
      }
      if (overlap < least) continue;
      candidate[count] = g;
      iou[count++] = overlap;
    }
    candidateEnd[d - from] = count;
  }
}

/**
 * The IoU of box `detection` of the detections and box `object` of the objects; boxes are left, top, width, height. For
 * a crowd, the share of the detection inside it.
 */
export function overlapOf(
  detections: Float64Array,
  detection: number,
  objects: Float64Array,
  object: number,
  crowd: boolean,
): number {
  const [d, g] = [detection * 4, object * 4];
  const width =
    lesser(detections[d] + detections[d + 2], objects[g] + objects[g + 2]) - greater(detections[d], objects[g]);
  if (width <= 0) return 0;
  const height =
    lesser(detections[d + 1] + detections[d + 3], objects[g + 1] + objects[g + 3]) -
    greater(detections[d + 1], objects[g + 1]);
  if (height <= 0) return 0;
  const intersection = width * height;
  const area = detections[d + 2] * detections[d + 3];
  return intersection / (crowd ? area : area + objects[g + 2] * objects[g + 3] - intersection);
}

/** C's `fmin`, which the reference uses: of NaN and a number, the number. */
function lesser(a: number, b: number): number {
  return a < b || b !== b ? a : b;
}

function greater(a: number, b: number): number {
  return a > b || b !== b ? a : b;
}

/** @param words of the outcome, those of the class's detections */
function matchInRange(
  { objects, firstObject, endObject, detections, from, to }: ClassRows,
  areaRange: number,
  { taken, candidate, candidateEnd, iou }: Scratch,
  words: Uint16Array,
): void {
  const counts = (g: number): boolean => objects.crowd[g] === 0 && isWithin(objects.area[g], areaRange);
  taken.fill(0, 0, endObject - firstObject);
  for (let d = from, candidateStart = 0; d < to; d++) {
    const outside = !isWithin(detections.areas[d], areaRange);
    const end = candidateEnd[d - from];
    let matched = 0;
    let ignored = 0;
    for (let t = 0; t < FOUND_BY.length; t++) {
      const bit = 1 << t;
      let best = -1;
      let bestIou = FOUND_BY[t];
      // Counted objects come first; only a detection that matches none of them may match an ignored one.
      for (let c = candidateStart; c < end; c++) {
        const g = candidate[c];
        if (iou[c] < bestIou || (taken[g - firstObject] & bit) !== 0 || !counts(g)) continue;
        best = g;
        bestIou = iou[c];
      }
      let excused = false;
      if (best < 0) {
        for (let c = candidateStart; c < end; c++) {
          const g = candidate[c];
          if (iou[c] < bestIou || counts(g) || ((taken[g - firstObject] & bit) !== 0 && objects.crowd[g] !== CROWD))
            continue;
          best = g;
          bestIou = iou[c];
          excused = true;
        }
      }
      const found = best >= 0 && objects.idIsZero[best] === 0;
      if (best >= 0) taken[best - firstObject] |= bit;
      if (found) matched |= bit;
      if (excused || (!found && outside)) ignored |= bit;
    }
    const word = (d - from) * WORDS_PER_DETECTION + areaRange * 2;
    words[word] = matched;
    words[word + 1] = ignored;
    candidateStart = end;
  }
}
