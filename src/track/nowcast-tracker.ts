import { boxIou } from '../core/box.js';
import type { Detection } from '../core/detection.js';
import { fixedKind } from '../core/named-kind.js';
import {
  advance,
  boxAfter,
  boxOf,
  coordinatesOf,
  correctMotion,
  detectionNoise,
  expectedOf,
  spreadAfter,
  startMotion,
  type BoxMotion,
} from './box-motion.js';
import { clipToPicture } from './clip.js';
import { nothingLearned, type LearnedNoise } from './learned-noise.js';
import { matchByLikelihood } from './match-by-likelihood.js';
import { NOWCAST_TUNING, type NowcastTuning } from './nowcast-tuning.js';
import type { Tracker, TrackerKind } from './tracker.js';

type Track = {
  readonly id: number;
  readonly motion: BoxMotion;
  /** The surprises of the latest sighting in each coordinate, in standard deviations. */
  readonly surprises: number[];
  /** The latest detection, for its class. */
  seen: Detection;
  seenAtMs: number;
  /** The average over the sightings. */
  score: number;
  sightings: number;
  /** Observations since the last sighting. */
  misses: number;
};

/** Objects move per second, for any frame rate of the camera. */
const FRAME_MS = 1000 / 30;
/** A track without a sighting for longer than this ends. */
const MAX_UNSEEN_MS = 2000;
/** A forecast reaches no further than this; beyond it, objects stand still. */
const MAX_AHEAD_FRAMES = 30;
const MIN_AREA = 16;
/** Number of sightings from which a track survives a miss, and from which it has its full score. */
const SIGHTINGS_TO_COAST = 2;
const SIGHTINGS_TO_BELIEVE = 3;

/**
 * A forecaster that is more accurate than {@link kalmanTracker} on the same detections. Noise grows with the box, and
 * is learned for each class during the run, as is the variability of the class's motion. Motion follows perspective.
 * Missed objects continue for a while. Scores express the probability that a box is there at that moment. It uses only
 * past observations.
 */
export function nowcastTracker(tuning: NowcastTuning = NOWCAST_TUNING): Tracker {
  let tracks: Track[] = [];
  let observedAtMs = -Infinity;
  let nextId = 1;
  const learnedOf = new Map<number, LearnedNoise>();

  const learnedFor = ({ classId }: Detection): LearnedNoise => {
    let learned = learnedOf.get(classId);
    if (learned === undefined) learnedOf.set(classId, (learned = nothingLearned()));
    return learned;
  };

  return {
    observe(detections, atMs) {
      // An output of a slower worker: the tracker has observed newer ones already.
      if (atMs < observedAtMs) return detections;
      tracks = tracks.filter(({ seenAtMs }) => atMs - seenAtMs <= MAX_UNSEEN_MS);
      for (const { motion, seen } of tracks)
        advance(motion, (atMs - observedAtMs) / FRAME_MS, learnedFor(seen), tuning);
      observedAtMs = atMs;

      const sightings = detections.map(({ box, classId }) => ({ seen: coordinatesOf(box), box, classId }));
      const candidates = tracks.map(({ motion, seen }) => {
        const expected = expectedOf(motion);
        return {
          motion,
          classId: seen.classId,
          noise: detectionNoise(expected, learnedFor(seen), tuning),
          box: boxOf(expected),
        };
      });
      const match = matchByLikelihood(sightings, candidates, tuning.gate, tuning.minIou);

      for (const track of tracks) track.misses += 1;
      const ids = detections.map((detection, d) => {
        const { seen } = sightings[d];
        const learned = learnedFor(detection);
        if (match[d] < 0) {
          const motion = startMotion(seen, detectionNoise(seen, learned, tuning), tuning);
          tracks.push({
            id: nextId,
            motion,
            surprises: [0, 0, 0, 0],
            seen: detection,
            seenAtMs: atMs,
            score: detection.score,
            sightings: 1,
            misses: 0,
          });
          return nextId++;
        }
        const track = tracks[match[d]];
        correctMotion(track.motion, seen, candidates[match[d]].noise, track.surprises, learned, tuning);
        track.score += (1 - tuning.scoreMemory) * (detection.score - track.score);
        track.seen = detection;
        track.seenAtMs = atMs;
        track.sightings += 1;
        track.misses = 0;
        return track.id;
      });
      tracks = tracks.filter(
        (track) => track.misses === 0 || (track.sightings >= SIGHTINGS_TO_COAST && track.misses <= tuning.maxMisses),
      );
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
      // The learned noise stays: camera and detector are the same.
    },
  };
}

export const nowcastKind: TrackerKind = fixedKind(
  { name: 'nowcast', create: () => nowcastTracker() },
  'A Kalman filter that learns the noise of each class, follows perspective, and coasts over misses.',
);

/** The probability that the object is there, to 1e-6. */
function scoreAfter({ motion, score, sightings, misses }: Track, frames: number, tuning: NowcastTuning): number {
  const belief = sightings < SIGHTINGS_TO_BELIEVE ? tuning.unconfirmed : 1;
  const sure = (score * belief * tuning.missed ** misses) / (1 + tuning.fade * spreadAfter(motion, frames));
  return Math.round(sure * 1e6) / 1e6;
}
