import { UsageError } from './errors.js';

/** When an object becomes a track, and for how long an unseen one stays a track. */
export type TrackLife = {
  /** Number of consecutive percepts that must show an object before it becomes a track; 1 or more. */
  readonly minConsecutiveFrames: number;
  /** Average score over these percepts from which the object becomes a track, 0 to 1. */
  readonly minTrackScore: number;
  /** Time for which a track outlives its last sighting, in milliseconds of stream time, 0 or more. */
  readonly lostTrackMs: number;
};

export const DEFAULT_TRACK_LIFE: TrackLife = { minConsecutiveFrames: 3, minTrackScore: 0.5, lostTrackMs: 1000 };

/**
 * The life of tracks with the defaults filled in.
 * @throws UsageError naming the field and its value
 */
export function trackLifeOf(given: Partial<TrackLife>): TrackLife {
  const {
    minConsecutiveFrames = DEFAULT_TRACK_LIFE.minConsecutiveFrames,
    minTrackScore = DEFAULT_TRACK_LIFE.minTrackScore,
    lostTrackMs = DEFAULT_TRACK_LIFE.lostTrackMs,
  } = given;
  if (!(Number.isInteger(minConsecutiveFrames) && minConsecutiveFrames >= 1))
    throw new UsageError(`minConsecutiveFrames must be a whole number of 1 or more, got ${minConsecutiveFrames}`);
  if (!(minTrackScore >= 0 && minTrackScore <= 1))
    throw new UsageError(`minTrackScore must be a number from 0 to 1, got ${minTrackScore}`);
  if (!(lostTrackMs >= 0 && Number.isFinite(lostTrackMs)))
    throw new UsageError(`lostTrackMs must be a number of milliseconds of 0 or more, got ${lostTrackMs}`);
  return { minConsecutiveFrames, minTrackScore, lostTrackMs };
}
