import type { SceneCount } from '../core/scene-events.js';
import type { SceneObject } from './scene-object.js';

/**
 * Counts the objects of the whole picture and of each zone, by class. They follow from the objects alone, so that none
 * can drift. Zones and classes of `before` stay in the list.
 */
export function countObjects(objects: Iterable<SceneObject>, before: readonly SceneCount[]): readonly SceneCount[] {
  const counts = new Map(before.map((count) => [keyOf(count), { ...count, present: 0, active: 0 }]));
  for (const { kind, isReal, isStationary, currentZones } of objects) {
    if (!isReal) continue;
    const { classId, className } = kind;
    for (const place of [{}, ...currentZones.map((zone) => ({ zone }))]) {
      const key = keyOf({ ...place, classId });
      const { present, active } = counts.get(key) ?? { present: 0, active: 0 };
      counts.set(key, { ...place, classId, className, present: present + 1, active: active + (isStationary ? 0 : 1) });
    }
  }
  return [...counts.values()].sort((a, b) => compare(a.zone ?? '', b.zone ?? '') || a.classId - b.classId);
}

export function isSameCount(a: readonly SceneCount[], b: readonly SceneCount[]): boolean {
  return (
    a.length === b.length &&
    a.every(
      (count, i) => keyOf(count) === keyOf(b[i]) && count.present === b[i].present && count.active === b[i].active,
    )
  );
}

function keyOf({ zone, classId }: Pick<SceneCount, 'zone' | 'classId'>): string {
  return `${classId} ${zone ?? ''}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
