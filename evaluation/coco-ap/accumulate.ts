import { precisionCurves, recallPlaces, type Verdicts } from './curve.js';
import { WORDS_PER_DETECTION, type Matcher } from './match.js';
import { AREA_RANGES, DEFAULT_LIMITS, IOU_THRESHOLDS, isWithin, RECALL_THRESHOLDS } from './parameters.js';

/** The scored images, each with the frame whose detections it gets; -1 for none. */
export type Pairing = {
  readonly image: Int32Array;
  readonly frame: Int32Array;
};

/** COCOeval's `eval`: -1 if a class has no counted object. Indices in the order of the axes' names. */
export type Accumulated = {
  readonly classes: number;
  /** [IoU threshold, recall threshold, class, area range, max detections] */
  readonly precision: Float64Array;
  /** Score at which that recall is reached; shape of `precision`. */
  readonly scores: Float64Array;
  /** [IoU threshold, class, area range, max detections] */
  readonly recall: Float64Array;
};

const T = IOU_THRESHOLDS.length;
const R = RECALL_THRESHOLDS.length;
const A = AREA_RANGES.length;
const M = DEFAULT_LIMITS.length;

/**
 * Precision over recall, as COCOeval's `accumulate` computes it. Among equal scores the earlier image goes first, so
 * images are paired in ascending order of their ids.
 */
export function accumulate(matcher: Matcher, pairing: Pairing): Accumulated {
  const { classes } = matcher.objects;
  const { limits } = matcher.detections;
  const precision = new Float64Array(T * R * classes * A * M).fill(-1);
  const scores = new Float64Array(precision.length).fill(-1);
  const recall = new Float64Array(T * classes * A * M).fill(-1);
  for (let k = 0; k < classes; k++) {
    const found = sortedOutcomes(matcher, pairing, k);
    for (let a = 0; a < A; a++) {
      const objectCount = countObjects(matcher, pairing, k, a);
      if (objectCount === 0) continue;
      for (let m = 0; m < M; m++) {
        const kept = select(found, a, limits[m]);
        const cell = (k * A + a) * M + m;
        const stride = classes * A * M;
        precisionCurves(kept).forEach((curve, t) => {
          recall[t * stride + cell] = curve.found.length / objectCount;
          recallPlaces(curve, objectCount).forEach((place, r) => {
            precision[(t * R + r) * stride + cell] = curve.precision[place] ?? 0;
            // The very first detection reaches recall 0, right or wrong.
            scores[(t * R + r) * stride + cell] = (r === 0 ? kept.scores[0] : kept.scores[curve.place[place]]) ?? 0;
          });
        });
      }
    }
  }
  return { classes, precision, scores, recall };
}

/**
 * AP over all sizes only, the first of the twelve numbers: a twelfth of the work.
 * @returns null if there is no object to find
 */
export function averagePrecision(matcher: Matcher, pairing: Pairing): number | null {
  let sum = 0;
  let curves = 0;
  for (let k = 0; k < matcher.objects.classes; k++) {
    const objectCount = countObjects(matcher, pairing, k, 0);
    if (objectCount === 0) continue;
    const kept = select(sortedOutcomes(matcher, pairing, k), 0, matcher.detections.limits[M - 1]);
    for (const curve of precisionCurves(kept)) {
      for (const place of recallPlaces(curve, objectCount)) sum += curve.precision[place] ?? 0;
      curves++;
    }
  }
  return curves === 0 ? null : sum / (curves * R);
}

/** All detections of a class, best score first. */
export type Outcomes = {
  readonly scores: Float64Array;
  /** The image that each was matched with. */
  readonly image: Int32Array;
  /** Place among its frame's detections of the class, from 0. */
  readonly place: Uint32Array;
  /** [detection, WORDS_PER_DETECTION] */
  readonly words: Uint16Array;
};

export function sortedOutcomes(
  { objects: { classes }, detections, outcome }: Matcher,
  { image, frame }: Pairing,
  k: number,
): Outcomes {
  const { start, rank } = detections;
  const next = new Int32Array(detections.ranks[k] + 1);
  for (const f of frame) {
    if (f < 0) continue;
    const end = start[f * classes + k + 1];
    for (let row = start[f * classes + k]; row < end; row++) next[rank[row] + 1]++;
  }
  for (let i = 1; i < next.length; i++) next[i] += next[i - 1];
  const count = next[next.length - 1];

  const scores = new Float64Array(count);
  const imageOf = new Int32Array(count);
  const place = new Uint32Array(count);
  const words = new Uint16Array(count * WORDS_PER_DETECTION);
  for (let i = 0; i < frame.length; i++) {
    const f = frame[i];
    if (f < 0) continue;
    const from = start[f * classes + k];
    const end = start[f * classes + k + 1];
    if (from === end) continue;
    const source = outcome(image[i], f);
    const shift = start[f * classes];
    for (let row = from; row < end; row++) {
      const to = next[rank[row]]++;
      scores[to] = detections.scores[row];
      imageOf[to] = image[i];
      place[to] = row - from;
      for (let w = 0; w < WORDS_PER_DETECTION; w++)
        words[to * WORDS_PER_DETECTION + w] = source[(row - shift) * WORDS_PER_DETECTION + w];
    }
  }
  return { scores, image: imageOf, place, words };
}

function countObjects({ objects }: Matcher, { image }: Pairing, k: number, areaRange: number): number {
  let count = 0;
  for (const i of image) {
    const end = objects.start[i * objects.classes + k + 1];
    for (let g = objects.start[i * objects.classes + k]; g < end; g++) {
      if (objects.crowd[g] === 0 && isWithin(objects.area[g], areaRange)) count++;
    }
  }
  return count;
}

type Selection = Verdicts & { readonly scores: Float64Array };

/** The outcomes in one area range, for the best `most` detections of each frame. */
function select({ scores, place, words }: Outcomes, areaRange: number, most: number): Selection {
  const kept = new Float64Array(scores.length);
  const matched = new Uint16Array(scores.length);
  const ignored = new Uint16Array(scores.length);
  let count = 0;
  for (let i = 0; i < scores.length; i++) {
    if (place[i] >= most) continue;
    kept[count] = scores[i];
    matched[count] = words[i * WORDS_PER_DETECTION + areaRange * 2];
    ignored[count] = words[i * WORDS_PER_DETECTION + areaRange * 2 + 1];
    count++;
  }
  return { count, scores: kept, matched, ignored };
}
