import { boxIou, type Box } from '../core/box.js';
import type { Motion } from './kalman.js';

/** Where a track expects to be seen, and with which variances its detection would be measured. */
export type Candidate = { readonly motion: readonly Motion[]; readonly noise: readonly number[]; readonly box: Box; readonly classId: number };

/** What was seen, in the coordinates of the motions. */
export type Sighting = { readonly seen: readonly number[]; readonly box: Box; readonly classId: number };

/**
 * Pairs what was seen with the tracks of its class, the likeliest pair first. A track that knows little of where it
 * goes takes a detection from farther away than one that is sure, but only where no surer one wants it: this is what
 * lets a small, fast object be followed from its second sighting on, where boxes do not overlap any more.
 *
 * @param gate squared Mahalanobis distance up to which there can be a match
 * @param minIou overlap from which on there can be one however unlikely: a jolt, or noise that had been thought small
 * @returns for each sighting the index of its candidate, or -1
 */
export function matchByLikelihood(sightings: readonly Sighting[], candidates: readonly Candidate[], gate: number, minIou: number): Int32Array {
  const variances = candidates.map(({ motion, noise }) => motion.map(({ valueVariance }, i) => valueVariance + noise[i]));
  const vagueness = variances.map((ofCandidate) => ofCandidate.reduce((sum, variance) => sum + Math.log(variance), 0));
  const pairs: { s: number; c: number; unlikelihood: number }[] = [];
  sightings.forEach(({ seen, box, classId }, s) => {
    candidates.forEach((candidate, c) => {
      if (candidate.classId !== classId) return;
      let distance = 0;
      for (let i = 0; i < seen.length; i++) distance += (seen[i] - candidate.motion[i].value) ** 2 / variances[c][i];
      if (distance <= gate || boxIou(box, candidate.box) >= minIou) pairs.push({ s, c, unlikelihood: distance + vagueness[c] });
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
