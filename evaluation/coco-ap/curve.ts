import { IOU_THRESHOLDS, RECALL_THRESHOLDS } from './parameters.js';

const T = IOU_THRESHOLDS.length;
const EVERY_THRESHOLD = (1 << T) - 1;
/** `numpy.spacing(1)`, which the reference adds to every denominator. */
const SPACING = 2 ** -52;

/** The outcomes of detections, best score first: bit sets over the IoU thresholds. */
export type Verdicts = {
  readonly count: number;
  readonly matched: Uint16Array;
  readonly ignored: Uint16Array;
};

/** The positions where recall rises, each at a found object: a curve needs only these. */
export type Curve = {
  /** Index of the detection. */
  readonly place: readonly number[];
  /** Objects found so far. */
  readonly found: readonly number[];
  /** The best precision here or at any higher recall. */
  readonly precision: readonly number[];
};

/**
 * Precision over recall for each IoU threshold.
 * @param weights how often each detection counts; once by default
 */
export function precisionCurves({ count, matched, ignored }: Verdicts, weights?: Float64Array): Curve[] {
  const curves = Array.from({ length: T }, () => ({
    place: [] as number[],
    found: [] as number[],
    precision: [] as number[],
  }));
  const found = new Float64Array(T);
  const wrong = new Float64Array(T);
  let wrongAtAll = 0;
  for (let d = 0; d < count; d++) {
    const weight = weights === undefined ? 1 : weights[d];
    if (matched[d] === 0) {
      // Most detections are right at no threshold, or count at none.
      if (ignored[d] === 0) {
        wrongAtAll += weight;
        continue;
      }
      if (ignored[d] === EVERY_THRESHOLD) continue;
    }
    if (weight === 0) continue;
    for (let t = 0; t < T; t++) {
      if (((ignored[d] >> t) & 1) === 1) continue;
      if (((matched[d] >> t) & 1) === 0) {
        wrong[t] += weight;
        continue;
      }
      found[t] += weight;
      const curve = curves[t];
      curve.place.push(d);
      curve.found.push(found[t]);
      curve.precision.push(found[t] / (wrong[t] + wrongAtAll + found[t] + SPACING));
    }
  }
  for (const { precision } of curves) {
    for (let i = precision.length - 1; i > 0; i--) if (precision[i] > precision[i - 1]) precision[i - 1] = precision[i];
  }
  return curves;
}

/** For each recall threshold, the position in the curve that reaches it; the curve's length if none does. */
export function recallPlaces({ found }: Curve, objects: number): Int32Array {
  const places = new Int32Array(RECALL_THRESHOLDS.length);
  let i = 0;
  for (let r = 0; r < places.length; r++) {
    while (i < found.length && found[i] / objects < RECALL_THRESHOLDS[r]) i++;
    places[r] = i;
  }
  return places;
}
