import { boxIou } from '../core/box.js';
import { matchByLikelihood, type Candidate, type Sighting } from './match-by-likelihood.js';
import type { NowcastTuning } from './nowcast-tuning.js';

/**
 * Pairs measurements with tracks of their class, and then those that are left with tracks of other classes whose
 * predicted boxes they overlap most: a detector may take one object for a car and then for a truck.
 * @returns for each sighting the index of its candidate, or -1
 */
export function matchObjects(
  sightings: readonly Sighting[],
  candidates: readonly Candidate[],
  { gate, minIou, switchIou }: NowcastTuning,
): Int32Array {
  const match = matchByLikelihood(sightings, candidates, gate, minIou);
  const isTaken = new Uint8Array(candidates.length);
  for (const c of match) if (c >= 0) isTaken[c] = 1;
  const switches: { s: number; c: number; iou: number }[] = [];
  sightings.forEach(({ box }, s) => {
    if (match[s] >= 0) return;
    candidates.forEach((candidate, c) => {
      const iou = isTaken[c] === 1 ? 0 : boxIou(box, candidate.box);
      if (iou >= switchIou) switches.push({ s, c, iou });
    });
  });
  for (const { s, c } of switches.sort((a, b) => b.iou - a.iou)) {
    if (match[s] >= 0 || isTaken[c] === 1) continue;
    match[s] = c;
    isTaken[c] = 1;
  }
  return match;
}
