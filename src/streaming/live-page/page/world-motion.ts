import type { PictureFacts, TrueObject } from '../page-messages.js';
import { distance, type Box } from './boxes.js';

const KEPT = 40;
/**
 * An object whose box changes its shape by more than this is being covered or uncovered: its box moves, not the object.
 */
const SAME_SHAPE = 0.2;

/** True motion of objects from one picture to another, in pixels. */
export class WorldMotion {
  readonly #pictures: PictureFacts[] = [];

  push(facts: PictureFacts): void {
    this.#pictures.push(facts);
    if (this.#pictures.length > KEPT) this.#pictures.shift();
  }

  /**
   * By track id, from the picture of frame `seq`, or the last one before it, to the newest. Empty if that picture was
   * not shown.
   */
  since(seq: number): ReadonlyMap<number, number> {
    const moved = new Map<number, number>();
    const newest = this.#pictures.at(-1);
    const then = this.#pictures.findLast((picture) => picture.seq <= seq);
    if (newest === undefined || then === undefined) return moved;
    const before = new Map(then.truth.map((object): [number, TrueObject] => [object.trackId, object]));
    for (const { trackId, box } of newest.truth) {
      const old = before.get(trackId);
      if (old !== undefined && isAlike(old.box, box)) moved.set(trackId, distance(old.box, box));
    }
    return moved;
  }
}

function isAlike(a: Box, b: Box): boolean {
  return [0, 1].every((axis) => Math.abs(Math.log((a[axis + 2] - a[axis]) / (b[axis + 2] - b[axis]))) < SAME_SHAPE);
}
