import { boxIou } from '../core/box.js';
import type { Detection } from '../core/detection.js';
import { advance, boxAfter, boxOf, coordinatesOf, correctMotion, expectedOf, noiseOf, spreadAfter, startMotion, type BoxMotion, type NoiseScale } from './box-motion.js';
import { clipToPicture } from './clip.js';
import { matchByLikelihood } from './match-by-likelihood.js';
import { NOWCAST_TUNING, type NowcastTuning } from './nowcast-tuning.js';
import type { Tracker } from './tracker.js';

type Track = {
  readonly id: number;
  readonly motion: BoxMotion;
  /** The latest detection, for its class. */
  seen: Detection;
  seenAtMs: number;
  /** Averaged over the sightings. */
  score: number;
  sightings: number;
  /** Observations since the last sighting. */
  misses: number;
};

/** Objects move by the second, not by the frame of whatever camera looks at them. */
const FRAME_MS = 1000 / 30;
/** A track that was not seen for longer is forgotten. */
const MAX_UNSEEN_MS = 2000;
/** A forecast goes no farther than this; what is asked for beyond stands still from there. */
const MAX_AHEAD_FRAMES = 30;
const MIN_AREA = 16;
/** Sightings from which on a track outlives a miss, and from which on it is believed. */
const SIGHTINGS_TO_COAST = 2;
const SIGHTINGS_TO_BELIEVE = 3;

/**
 * A forecaster that makes more of the same detections than {@link kalmanTracker}: noise grows with the box and is
 * learned for each class as the stream runs, motion follows perspective, objects that were missed go on for a while,
 * and scores say how sure a box is to be there at that moment. It looks at nothing but the past.
 */
export function nowcastTracker(tuning: NowcastTuning = NOWCAST_TUNING): Tracker {
  let tracks: Track[] = [];
  let observedAtMs = -Infinity;
  let nextId = 1;
  const noiseScales = new Map<number, NoiseScale>();

  const scaleOf = (classId: number): NoiseScale => {
    let scale = noiseScales.get(classId);
    if (scale === undefined) noiseScales.set(classId, scale = { centre: 1, side: 1 });
    return scale;
  };

  return {
    observe(detections, atMs) {
      // The output of a slower worker: newer ones have been seen already.
      if (atMs < observedAtMs) return detections;
      tracks = tracks.filter(({ seenAtMs }) => atMs - seenAtMs <= MAX_UNSEEN_MS);
      for (const { motion } of tracks) advance(motion, (atMs - observedAtMs) / FRAME_MS, tuning);
      observedAtMs = atMs;

      const sightings = detections.map(({ box, classId }) => ({ seen: coordinatesOf(box), box, classId }));
      const candidates = tracks.map(({ motion, seen: { classId } }) => {
        const expected = expectedOf(motion);
        return { motion, classId, noise: noiseOf(expected, scaleOf(classId), tuning), box: boxOf(expected) };
      });
      const match = matchByLikelihood(sightings, candidates, tuning.gate, tuning.minIou);

      for (const track of tracks) track.misses += 1;
      const ids = detections.map((detection, d) => {
        const { seen, classId } = sightings[d];
        const scale = scaleOf(classId);
        if (match[d] < 0) {
          const motion = startMotion(seen, noiseOf(seen, scale, tuning), tuning);
          tracks.push({ id: nextId, motion, seen: detection, seenAtMs: atMs, score: detection.score, sightings: 1, misses: 0 });
          return nextId++;
        }
        const track = tracks[match[d]];
        correctMotion(track.motion, seen, candidates[match[d]].noise, scale, tuning);
        track.score += (1 - tuning.scoreMemory) * (detection.score - track.score);
        track.seen = detection;
        track.seenAtMs = atMs;
        track.sightings += 1;
        track.misses = 0;
        return track.id;
      });
      tracks = tracks.filter((track) => track.misses === 0 || (track.sightings >= SIGHTINGS_TO_COAST && track.misses <= tuning.maxMisses));
      return detections.map((detection, d) => ({ ...detection, trackId: ids[d] }));
    },

    forecast(atMs, size) {
      const frames = Math.min(MAX_AHEAD_FRAMES, Math.max(-MAX_AHEAD_FRAMES, (atMs - observedAtMs) / FRAME_MS));
      const found: Detection[] = [];
      const missed: Detection[] = [];
      for (const track of tracks) {
        const box = clipToPicture(boxAfter(track.motion, frames, tuning), size, MIN_AREA);
        if (box === undefined) continue;
        const forecast = { ...track.seen, box, score: scoreAfter(track, frames, tuning), trackId: track.id };
        (track.misses === 0 ? found : missed).push(forecast);
      }
      const hidden = ({ classId, box }: Detection): boolean =>
        found.some((other) => other.classId === classId && boxIou(other.box, box) > tuning.maxOverlap);
      return [...found, ...missed.filter((forecast) => !hidden(forecast))];
    },

    reset() {
      tracks = [];
      observedAtMs = -Infinity;
    },
  };
}

/** How sure it is that the object is there, to 1e-6. */
function scoreAfter({ motion, score, sightings, misses }: Track, frames: number, tuning: NowcastTuning): number {
  const belief = sightings < SIGHTINGS_TO_BELIEVE ? tuning.unconfirmed : 1;
  const sure = score * belief * tuning.missed ** misses / (1 + tuning.fade * spreadAfter(motion, frames));
  return Math.round(sure * 1e6) / 1e6;
}
