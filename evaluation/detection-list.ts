import type { Detection } from '../src/core/detection.js';
import type { DetectionColumns } from './coco-ap.js';
import type { GroundTruthClass } from './ground-truth.js';

/** Collects detections of unknown number. */
export class DetectionList {
  #frame = new Int32Array(1024);
  #classIndex = new Int32Array(1024);
  #boxes = new Float64Array(4096);
  #scores = new Float64Array(1024);
  #count = 0;

  get length(): number {
    return this.#count;
  }

  /** Keeps the corners as left, top, width and height. */
  addDetection(frame: number, classIndex: number, { box: { x1, y1, x2, y2 }, score }: Detection): void {
    this.add(frame, classIndex, [x1, y1, x2 - x1, y2 - y1], score);
  }

  /** @param bbox left, top, width, height */
  add(frame: number, classIndex: number, bbox: ArrayLike<number>, score: number): void {
    if (this.#count === this.#frame.length) this.#grow();
    const row = this.#count++;
    this.#frame[row] = frame;
    this.#classIndex[row] = classIndex;
    for (let side = 0; side < 4; side++) this.#boxes[row * 4 + side] = bbox[side];
    this.#scores[row] = score;
  }

  /** Views of the collected detections; later additions do not change them. */
  columns(): DetectionColumns {
    return {
      frame: this.#frame.subarray(0, this.#count),
      classIndex: this.#classIndex.subarray(0, this.#count),
      boxes: this.#boxes.subarray(0, this.#count * 4),
      scores: this.#scores.subarray(0, this.#count),
    };
  }

  #grow(): void {
    const size = this.#frame.length * 2;
    const grown = <A extends Int32Array | Float64Array>(to: A, from: A): A => {
      to.set(from);
      return to;
    };
    this.#frame = grown(new Int32Array(size), this.#frame);
    this.#classIndex = grown(new Int32Array(size), this.#classIndex);
    this.#boxes = grown(new Float64Array(size * 4), this.#boxes);
    this.#scores = grown(new Float64Array(size), this.#scores);
  }
}

/**
 * The detections of any frame in the order of their source; `classId` is the class index.
 * @param frames number of frames
 */
export function detectionsByFrame(
  { frame, classIndex, boxes, scores }: DetectionColumns,
  frames: number,
  classes: readonly GroundTruthClass[],
): (frame: number) => Detection[] {
  const start = new Int32Array(frames + 1);
  for (const f of frame) start[f + 1]++;
  for (let f = 0; f < frames; f++) start[f + 1] += start[f];
  const next = start.slice();
  const rows = new Int32Array(frame.length);
  for (let row = 0; row < frame.length; row++) rows[next[frame[row]]++] = row;
  return (f) =>
    Array.from(rows.subarray(start[f], start[f + 1]), (row) => {
      const [left, top, width, height] = boxes.subarray(row * 4, row * 4 + 4);
      const classId = classIndex[row];
      return {
        box: { x1: left, y1: top, x2: left + width, y2: top + height },
        score: scores[row],
        classId,
        className: classes[classId].name,
      };
    });
}
