import { bestAssignment } from './best-assignment.js';
import { distanceOf, type TrackedFrame } from './tracked-frame.js';

export type Identity = {
  /** Boxes of tracks that show the one object which the track stands for. */
  readonly matches: number;
  /** Boxes of tracks that do not, and true boxes without their own track. */
  readonly falsePositives: number;
  readonly misses: number;
  /** 2 x matches / (boxes of tracks + true boxes), 0 to 1. */
  readonly idf1: number | null;
};

/**
 * The identity metrics of one sequence: each object is given one track for all frames, so that the most boxes match.
 * Source: Ristani et al. 2016, "Performance measures and a data set for multi-target, multi-camera tracking".
 */
export function identity(frames: readonly TrackedFrame[]): Identity {
  const boxes = frames.reduce((sum, { truth }) => sum + truth.length, 0);
  const tracked = frames.reduce((sum, { tracks }) => sum + tracks.length, 0);
  const objects = indexIds(frames.flatMap(({ truth }) => truth));
  const tracks = indexIds(frames.flatMap((frame) => frame.tracks));
  const together = Array.from({ length: objects.size }, () => new Float64Array(tracks.size));
  for (const frame of frames)
    for (const object of frame.truth)
      for (const track of frame.tracks)
        if (distanceOf(object, track) !== Infinity) together[objects.get(object.id)!][tracks.get(track.id)!] -= 1;

  let matches = 0;
  bestAssignment(together).forEach((column, row) => {
    if (column >= 0) matches -= together[row][column];
  });
  return {
    matches,
    falsePositives: tracked - matches,
    misses: boxes - matches,
    idf1: boxes + tracked === 0 ? null : (2 * matches) / (boxes + tracked),
  };
}

function indexIds(boxes: readonly { readonly id: number }[]): Map<number, number> {
  return new Map([...new Set(boxes.map(({ id }) => id))].map((id, index) => [id, index]));
}
