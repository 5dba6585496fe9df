import { boxIou } from '../core/box.js';
import type { Detection } from '../core/detection.js';
import { fixedKind } from '../core/named-kind.js';
import { trackLifeOf, type TrackLife } from '../core/track-life.js';
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
  type Coordinates,
} from './box-motion.js';
import { clipToPicture } from './clip.js';
import { nothingLearned, type LearnedNoise } from './learned-noise.js';
import { matchObjects } from './match-objects.js';
import { NOWCAST_TUNING, type NowcastTuning } from './nowcast-tuning.js';
import type { Tracker, TrackerKind } from './tracker.js';

type Track = {
  /** Absent until the object is sure to be one. */
  id: number | undefined;
  readonly motion: BoxMotion;
  /** The surprises of the latest sighting in each coordinate, in standard deviations. */
  readonly surprises: number[];
  /** The latest detection, for its class. */
  seen: Detection;
  seenAtMs: number;
  /** Time between the latest two sightings; 0 after the first. */
  stepMs: number;
  /** The average over the sightings. */
  score: number;
  /** The scores of the latest observations in a row that showed the object. */
  streak: readonly number[];
  sightings: number;
  /** Observations since the last sighting, and the time of the first of them. */
  misses: number;
  missedSinceMs: number;
};

/** Objects move per second, for any frame rate of the camera. */
const FRAME_MS = 1000 / 30;
/** Tracks outlive no longer time without observations, except lost ones if they are remembered longer. */
const MAX_STEP_MS = 2000;
/** A forecast that reaches farther than this loses no more of its score. */
const MAX_FADE_MS = 1000;
const MIN_AREA = 16;
/** Number of sightings from which a track survives a miss, and from which it has its full score. */
const SIGHTINGS_TO_COAST = 2;
const SIGHTINGS_TO_BELIEVE = 3;

/**
 * A forecaster that is more accurate than {@link kalmanTracker} on the same detections. Noise grows with the box, and
 * is learned for each class during the run, as is the variability of the class's motion. Motion follows perspective, as
 * far ahead as measurements support it. Missed objects continue for a while. Scores express the probability that a box
 * is there at that moment. It uses only past observations.
 *
 * Every detection is forecast, but only objects that the detector is sure of have a `trackId`: see {@link TrackLife}.
 * A single detection with a very high score is enough. A second detection of a tracked object starts no track. A track
 * keeps its id while it is lost, and if its object is taken for one of another class.
 *
 * @throws UsageError if an option is out of its range
 */
export function nowcastTracker(options: Partial<TrackLife> = {}, tuning: NowcastTuning = NOWCAST_TUNING): Tracker {
  const life = trackLifeOf(options);
  let tracks: Track[] = [];
  let observedAtMs = -Infinity;
  /** Whether the latest observations are too far apart to show motion; so is a first one. */
  let isSparse = true;
  let nextId = 1;
  const learnedOf = new Map<number, LearnedNoise>();

  const learnedFor = ({ classId }: Detection): LearnedNoise => {
    let learned = learnedOf.get(classId);
    if (learned === undefined) learnedOf.set(classId, (learned = nothingLearned()));
    return learned;
  };

  const start = (seen: Detection, atMs: number): Track => {
    const at = coordinatesOf(seen.box);
    return {
      id: undefined,
      motion: startMotion(at, detectionNoise(at, learnedFor(seen), tuning), tuning),
      surprises: [0, 0, 0, 0],
      seen,
      seenAtMs: atMs,
      stepMs: 0,
      score: seen.score,
      streak: [seen.score],
      sightings: 1,
      misses: 0,
      missedSinceMs: Infinity,
    };
  };

  const see = (track: Track, seen: Detection, noise: Coordinates, atMs: number): void => {
    correctMotion(track.motion, coordinatesOf(seen.box), noise, track.surprises, learnedFor(seen), tuning);
    track.score += (1 - tuning.scoreMemory) * (seen.score - track.score);
    track.streak = [...(track.misses === 0 ? track.streak : []), seen.score].slice(-life.minConsecutiveFrames);
    track.seen = seen;
    track.stepMs = atMs - track.seenAtMs;
    track.seenAtMs = atMs;
    track.sightings += 1;
    track.misses = 0;
    track.missedSinceMs = Infinity;
  };

  const isRemembered = ({ sightings, missedSinceMs, seenAtMs }: Track, atMs: number): boolean => {
    if (missedSinceMs === Infinity) return atMs - seenAtMs <= Math.max(MAX_STEP_MS, life.lostTrackMs);
    return sightings >= SIGHTINGS_TO_COAST && atMs - missedSinceMs <= life.lostTrackMs;
  };

  const isSure = ({ streak }: Track): boolean => {
    const mean = streak.reduce((sum, score) => sum + score, 0) / streak.length;
    return mean >= (streak.length >= life.minConsecutiveFrames ? life.minTrackScore : tuning.sureScore);
  };

  /** Gives ids to the seen tracks that deserve one, the best detection first. */
  const identify = (seen: readonly Track[]): void => {
    const shown = seen.filter(({ id }) => id !== undefined);
    for (const track of seen.filter(({ id }) => id === undefined).sort((a, b) => b.seen.score - a.seen.score)) {
      if (!isSure(track) || shown.some((other) => boxIou(other.seen.box, track.seen.box) >= tuning.doubleIou)) continue;
      track.id = nextId++;
      shown.push(track);
    }
  };

  return {
    observe(detections, atMs) {
      // An output of a slower worker: the tracker has observed newer ones already.
      if (atMs < observedAtMs) return detections;
      isSparse = atMs - observedAtMs > tuning.sparseMs;
      tracks = tracks.filter((track) => isRemembered(track, atMs));
      for (const { motion, seen } of tracks)
        advance(motion, (atMs - observedAtMs) / FRAME_MS, learnedFor(seen), tuning);
      observedAtMs = atMs;

      const candidates = tracks.map(({ motion, seen }) => {
        const expected = expectedOf(motion);
        return {
          motion,
          classId: seen.classId,
          noise: detectionNoise(expected, learnedFor(seen), tuning),
          box: boxOf(expected),
        };
      });
      const sightings = detections.map(({ box, classId }) => ({ seen: coordinatesOf(box), box, classId }));
      const match = matchObjects(sightings, candidates, tuning);
      const seen = detections.map((detection, d) => {
        if (match[d] < 0) return start(detection, atMs);
        see(tracks[match[d]], detection, candidates[match[d]].noise, atMs);
        return tracks[match[d]];
      });

      const missed = tracks.filter((_, t) => !match.includes(t));
      for (const track of missed) {
        track.misses += 1;
        track.missedSinceMs = Math.min(track.missedSinceMs, atMs);
      }
      identify(seen);
      tracks = [...missed.filter((track) => isRemembered(track, atMs)), ...seen];
      return detections.map((detection, d) => withId(detection, seen[d]));
    },

    forecast(atMs, size) {
      const aheadMs = atMs - observedAtMs;
      const found: Detection[] = [];
      const missed: Detection[] = [];
      for (const track of tracks) {
        if (track.misses > tuning.maxMisses) continue;
        if (track.misses > 0 && observedAtMs - track.seenAtMs > tuning.ghostMs) continue;
        const reachMs = track.stepMs > tuning.sparseMs ? 0 : reachOf(aheadMs, tuning);
        const box = clipToPicture(boxAfter(track.motion, reachMs / FRAME_MS, tuning), size, MIN_AREA);
        if (box === undefined) continue;
        const score = isSparse ? round6(track.score) : scoreAfter(track, aheadMs, tuning);
        (track.misses === 0 ? found : missed).push(withId({ ...track.seen, box, score }, track));
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
  { name: 'nowcast', keepsTrackLife: true, create: (options) => nowcastTracker(options) },
  'A Kalman filter that learns the noise of each class, follows perspective, and coasts over misses.',
);

function withId(detection: Detection, { id }: Track): Detection {
  return id === undefined ? detection : { ...detection, trackId: id };
}

/**
 * The time for which a forecast follows an object's motion. A little ahead that is the whole time. Far ahead, motion
 * says less than the place where the object was, because most objects that are found again there stand or keep pace.
 */
function reachOf(aheadMs: number, { reachMs, standMs }: NowcastTuning): number {
  if (aheadMs <= reachMs) return Math.max(-reachMs, aheadMs);
  return reachMs * Math.max(0, (standMs - aheadMs) / (standMs - reachMs));
}

/** The probability that the object is there. */
function scoreAfter({ motion, score, sightings, misses }: Track, aheadMs: number, tuning: NowcastTuning): number {
  const frames = Math.max(-MAX_FADE_MS, Math.min(MAX_FADE_MS, aheadMs)) / FRAME_MS;
  const belief = sightings < SIGHTINGS_TO_BELIEVE ? tuning.unconfirmed : 1;
  return round6((score * belief * tuning.missed ** misses) / (1 + tuning.fade * spreadAfter(motion, frames)));
}

function round6(score: number): number {
  return Math.round(score * 1e6) / 1e6;
}
