import type { TrackedBox, TrackedFrame } from '../../../evaluation/tracking/tracked-frame.js';
import { randomSource } from '../../helpers/random.js';

const FRAMES = 25;

/** Objects that pass each other, and a tracker that misses, swaps, renames, invents and misplaces some of them. */
export function randomSequence(seed: number): TrackedFrame[] {
  const { uniform } = randomSource(seed);
  let nextId = 100;
  const objects = Array.from({ length: 1 + Math.floor(uniform() * 6) }, (_, id) => ({
    id,
    classId: Math.floor(uniform() * 2),
    x: uniform() * 200,
    pace: (uniform() - 0.5) * 10,
    track: nextId++,
  }));
  return Array.from({ length: FRAMES }, () => {
    const truth: TrackedBox[] = [];
    const tracks = new Map<number, TrackedBox>();
    for (const object of objects) {
      object.x += object.pace;
      const boxAt = (x: number): TrackedBox['box'] => ({ x1: x, y1: 10, x2: x + 40, y2: 50 });
      if (uniform() > 0.1) truth.push({ id: object.id, classId: object.classId, box: boxAt(object.x) });
      if (uniform() < 0.08) object.track = nextId++;
      if (uniform() < 0.04) {
        const other = objects[Math.floor(uniform() * objects.length)];
        [object.track, other.track] = [other.track, object.track];
      }
      const classId = uniform() < 0.05 ? 1 - object.classId : object.classId;
      const box = boxAt(object.x + (uniform() - 0.5) * 20);
      if (uniform() > 0.2) tracks.set(object.track, { id: object.track, classId, box });
    }
    return { truth, tracks: [...tracks.values()] };
  });
}
