import { lowerMedian } from '../core/quantile.js';
import type { Sighting } from './sightings.js';

/** Sightings that decide the class of a track, and whether it is an object. */
export const REMEMBERED = 10;

export type Seen = Pick<Sighting, 'classId' | 'className' | 'score'>;

/** The latest sightings of a track, the newest last; one or more. */
export type History = readonly [Seen, ...Seen[]];

export function remembered(before: History | undefined, { classId, className, score }: Seen): History {
  return [...(before ?? []).slice(1 - REMEMBERED), { classId, className, score }] as unknown as History;
}

export function medianScore(history: History): number {
  return lowerMedian(history.map(({ score }) => score));
}

/** The class with the greatest sum of scores. The class that the track had wins a tie. */
export function classOf(history: History, before: Seen | undefined): Seen {
  const sums = new Map<number, number>();
  for (const { classId, score } of history) sums.set(classId, (sums.get(classId) ?? 0) + score);
  let best = history.find(({ classId }) => classId === before?.classId) ?? history[0];
  for (const seen of history) if (sums.get(seen.classId)! > sums.get(best.classId)!) best = seen;
  return best;
}
