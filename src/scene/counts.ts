import type { SceneCount } from '../core/scene-events.js';
import type { SceneObject } from './scene-object.js';

/**
 * Counts the objects of the whole picture and of each zone, by class. They follow from the objects alone, so that none
 * can drift. Zones and classes of `before` stay in the list.
 */
export function countObjects(objects: Iterable<SceneObject>, before: readonly SceneCount[]): readonly SceneCount[] {
  /** By zone, undefined for the picture, and class. */
  const places = new Map<string | undefined, Map<number, Tally>>();
  const tallyOf = (zone: string | undefined, classId: number, className: string): Tally => {
    let place = places.get(zone);
    if (place === undefined) places.set(zone, (place = new Map<number, Tally>()));
    let tally = place.get(classId);
    if (tally === undefined) place.set(classId, (tally = { className, present: 0, active: 0 }));
    return tally;
  };
  for (const { zone, classId, className } of before) tallyOf(zone, classId, className);
  for (const { kind, isReal, isStationary, currentZones } of objects) {
    if (!isReal) continue;
    for (const zone of [undefined, ...currentZones]) {
      const tally = tallyOf(zone, kind.classId, kind.className);
      tally.present += 1;
      if (!isStationary) tally.active += 1;
    }
  }
  const counts = Array.from(places, ([zone, place]) =>
    Array.from(place, ([classId, tally]) => ({ ...(zone === undefined ? {} : { zone }), classId, ...tally })),
  );
  const all = counts.flat();
  // Those of `before` are in order.
  return all.length === before.length
    ? all
    : all.sort((a, b) => compare(a.zone ?? '', b.zone ?? '') || a.classId - b.classId);
}

type Tally = { readonly className: string; present: number; active: number };

export function isSameCount(a: readonly SceneCount[], b: readonly SceneCount[]): boolean {
  return (
    a.length === b.length &&
    a.every(
      (count, i) =>
        count.zone === b[i].zone &&
        count.classId === b[i].classId &&
        count.present === b[i].present &&
        count.active === b[i].active,
    )
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
