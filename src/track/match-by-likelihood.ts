import { boxIou, type Box } from '../core/box.js';
import type { Motion } from './kalman.js';

/** The predicted measurement of a track, with the variances of a detection there. */
export type Candidate = {
  readonly motion: readonly Motion[];
  readonly noise: readonly number[];
  readonly box: Box;
  readonly classId: number;
};

/** A measurement, in the coordinates of the motions. */
export type Sighting = { readonly seen: readonly number[]; readonly box: Box; readonly classId: number };

/**
 * Pairs measurements with the tracks of their class, the likeliest pair first. An uncertain track accepts a detection
 * farther away than a certain one does, but only if no certain track matches it. So a small, fast object can be
 * followed from its second sighting on, when its boxes no longer overlap.
 * @param gate largest squared Mahalanobis distance of a match
 * @param minIou overlap that allows a match at any distance: for a jolt, or underestimated noise
 * @returns for each sighting the index of its candidate, or -1
 */
export function matchByLikelihood(
  sightings: readonly Sighting[],
  candidates: readonly Candidate[],
  gate: number,
  minIou: number,
): Int32Array {
  const variances = candidates.map(({ motion, noise }) =>
    motion.map(({ valueVariance }, i) => valueVariance + noise[i]),
  );
  const vagueness = variances.map((ofCandidate) => ofCandidate.reduce((sum, variance) => sum + Math.log(variance), 0));
  const pairs: { s: number; c: number; unlikelihood: number }[] = [];
  sightings.forEach(({ seen, box, classId }, s) => {
    candidates.forEach((candidate, c) => {
      if (candidate.classId !== classId) return;
      let distance = 0;
      for (let i = 0; i < seen.length; i++) distance += (seen[i] - candidate.motion[i].value) ** 2 / variances[c][i];
      if (distance <= gate || boxIou(box, candidate.box) >= minIou)
        pairs.push({ s, c, unlikelihood: distance + vagueness[c] });
    });
  });
  pairs.sort((a, b) => a.unlikelihood - b.unlikelihood);

  const match = new Int32Array(sightings.length).fill(-1);
  const taken = new Uint8Array(candidates.length);
  for (const { s, c } of pairs) {
    if (match[s] >= 0 || taken[c] === 1) continue;
    match[s] = c;
    taken[c] = 1;
  }
  return match;
}
