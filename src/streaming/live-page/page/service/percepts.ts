import { objectsAt, observedOf } from '../answers.js';
import type { Box, LabelledBox } from '../boxes.js';
import type { Percept } from '../feed.js';

/** Boxes for one picture. */
export type PictureBoxes = {
  readonly boxes: readonly LabelledBox[];
  /** Of the picture that boxes refer to, in pixels. */
  readonly size: Percept['size'];
  /** Number of the frame, if the detector has seen this very picture; else the boxes are moved to it. */
  readonly seq: number | undefined;
};

/** Boxes are moved no further than this from the pictures in which they were seen. */
const MOST_MOVED_MS = 1500;

/** Percepts come in the order of their pictures, or nearly: detectors work side by side. */
const ANEW_MS = 1000;

/** The percepts of a camera by the pictures that they show. */
export class Percepts {
  readonly #keptMs: number;
  /** In the order of their pictures. */
  #percepts: Percept[] = [];

  /** @param keptMs of stream time */
  constructor(keptMs: number) {
    this.#keptMs = keptMs;
  }

  get newest(): Percept | undefined {
    return this.#percepts.at(-1);
  }

  push(percept: Percept): void {
    const last = this.newest;
    // A camera that was started anew counts its times from the beginning.
    if (last !== undefined && percept.ptsMs < last.ptsMs - ANEW_MS) this.#percepts = [];
    const after = this.#percepts.findLastIndex(({ ptsMs }) => ptsMs <= percept.ptsMs);
    this.#percepts.splice(after + 1, 0, percept);
    while (this.#percepts[0].ptsMs < percept.ptsMs - this.#keptMs) this.#percepts.shift();
  }

  /** The percept of this very picture. */
  of(ptsMs: number): Percept | undefined {
    return this.#percepts.findLast((percept) => isSame(percept.ptsMs, ptsMs));
  }

  /** Boxes where they belong in the picture; undefined if no percept is near. */
  boxesOf(ptsMs: number): PictureBoxes | undefined {
    const at = this.#percepts.findLastIndex((percept) => percept.ptsMs <= ptsMs + SAME_MS);
    if (at < 0 || ptsMs - this.#percepts[at].ptsMs > MOST_MOVED_MS) return undefined;
    const before = this.#percepts[at];
    if (isSame(before.ptsMs, ptsMs)) return { boxes: seenIn(before), size: before.size, seq: before.seq };
    const after = this.#percepts.at(at + 1);
    const boxes =
      after !== undefined && after.ptsMs - before.ptsMs <= MOST_MOVED_MS
        ? between(before, after, (ptsMs - before.ptsMs) / (after.ptsMs - before.ptsMs))
        : objectsAt(before, this.capturedAt(ptsMs)!).flatMap(({ observed, forecast }) => forecast ?? observed ?? []);
    return { boxes, size: before.size, seq: undefined };
  }

  /** Capture of a picture in Unix milliseconds, by the percept before it. */
  capturedAt(ptsMs: number): number | undefined {
    const near = this.#percepts.findLast((percept) => percept.ptsMs <= ptsMs + SAME_MS) ?? this.#percepts.at(0);
    return near && near.times.capturedAt + ptsMs - near.ptsMs;
  }
}

/** Times are rounded to microseconds on their way. */
const SAME_MS = 0.002;

function isSame(a: number, b: number): boolean {
  return Math.abs(a - b) <= SAME_MS;
}

function seenIn({ observed, detections }: Percept): readonly LabelledBox[] {
  return observed ?? detections;
}

/** Objects between two sightings: those of both are moved, others belong to the sighting that is nearer. */
function between(before: Percept, after: Percept, part: number): LabelledBox[] {
  const later = new Set(seenIn(after));
  const boxes = seenIn(before).flatMap((object) => {
    const next = observedOf(object, later);
    if (next === undefined) return part < 0.5 ? [object] : [];
    later.delete(next);
    return [{ ...object, box: mixed(object.box, next.box, part) }];
  });
  return part < 0.5 ? boxes : [...boxes, ...later];
}

function mixed(from: Box, to: Box, part: number): Box {
  const side = (i: 0 | 1 | 2 | 3): number => from[i] + part * (to[i] - from[i]);
  return [side(0), side(1), side(2), side(3)];
}
