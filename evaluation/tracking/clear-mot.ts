import { bestAssignment } from './best-assignment.js';
import { distanceOf, type TrackedFrame } from './tracked-frame.js';

export type ClearMot = {
  /** True boxes over all frames. */
  readonly objects: number;
  /** True boxes without a track. */
  readonly misses: number;
  /** Boxes of tracks that show no object. */
  readonly falsePositives: number;
  /** Times at which an object had another track than when it was last matched. */
  readonly switches: number;
  /** Times at which an object lost its track and was matched again later. */
  readonly fragments: number;
  /** Multiple object tracking accuracy, 1 at most: 1 - (misses + false positives + switches) / objects. */
  readonly mota: number | null;
};

/**
 * The CLEAR MOT metrics of one sequence. An object keeps its track of the last match while the two overlap; the other
 * objects and tracks are matched so that their distances are least. Source: Bernardin and Stiefelhagen 2008,
 * "Evaluating multiple object tracking performance"; counted as py-motmetrics does.
 */
export function clearMot(frames: readonly TrackedFrame[]): ClearMot {
  const trackOf = new Map<number, number>();
  /** By object: whether its last appearance was matched. */
  const wasMatched = new Map<number, boolean>();
  let [objects, misses, falsePositives, switches, fragments] = [0, 0, 0, 0, 0];
  for (const { truth, tracks } of frames) {
    const match = matchFrame({ truth, tracks }, trackOf);
    objects += truth.length;
    falsePositives += tracks.length;
    truth.forEach(({ id }, o) => {
      const isMatched = match[o] >= 0;
      if (isMatched) {
        const track = tracks[match[o]].id;
        if (trackOf.has(id) && trackOf.get(id) !== track) switches += 1;
        if (trackOf.has(id) && wasMatched.get(id) === false) fragments += 1;
        trackOf.set(id, track);
        falsePositives -= 1;
      } else misses += 1;
      wasMatched.set(id, isMatched);
    });
  }
  const mota = objects === 0 ? null : 1 - (misses + falsePositives + switches) / objects;
  return { objects, misses, falsePositives, switches, fragments, mota };
}

/** For each object the index of its track, or -1. */
function matchFrame({ truth, tracks }: TrackedFrame, trackOf: ReadonlyMap<number, number>): Int32Array {
  const match = new Int32Array(truth.length).fill(-1);
  const isTaken = new Uint8Array(tracks.length);
  truth.forEach((object, o) => {
    const kept = tracks.findIndex(({ id }, t) => isTaken[t] === 0 && id === trackOf.get(object.id));
    if (kept < 0 || distanceOf(object, tracks[kept]) === Infinity) return;
    match[o] = kept;
    isTaken[kept] = 1;
  });
  const freeObjects = [...truth.keys()].filter((o) => match[o] < 0);
  const freeTracks = [...tracks.keys()].filter((t) => isTaken[t] === 0);
  const costs = freeObjects.map((o) => freeTracks.map((t) => distanceOf(truth[o], tracks[t])));
  bestAssignment(costs).forEach((column, row) => {
    if (column >= 0) match[freeObjects[row]] = freeTracks[column];
  });
  return match;
}
