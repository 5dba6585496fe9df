import type { TruthFrame, TruthObject } from '../../../evaluation/live-accuracy.js';
import type { Annotation } from '../../../synth/annotate.js';
import { COCO_MAPPING, SYNTH_CLASSES } from '../../../synth/classes.js';
import type { GroundTruth } from '../../../evaluation/ground-truth.js';
import { DEMO_SIZE } from './demo-source.js';

/** The classes of the drive, in the format of evaluation. */
export const DEMO_CLASSES: Pick<GroundTruth, 'classes' | 'classIndex' | 'cocoMapping'> = {
  classes: SYNTH_CLASSES.map((name, id) => ({ id, name })),
  classIndex: new Map(SYNTH_CLASSES.map((_, id) => [id, id])),
  cocoMapping: COCO_MAPPING,
};

/** The capture of a frame of the drive. */
export type DriveFrame = { readonly truth: TruthFrame; readonly objects: readonly Annotation[] };

export type WorldOptions = {
  readonly streamId: string;
  /** Receives every captured frame, in order. */
  readonly onFrame: (moment: DriveFrame) => void;
  /** Receives the display pictures of captured frames. */
  readonly onPicture: (moment: DriveFrame, jpeg: Uint8Array) => void;
};

/** Joins the capture of each frame with its ground truth and its picture, which arrive earlier or later. */
export class World {
  readonly #options: WorldOptions;
  readonly #objects = new Map<number, readonly Annotation[]>();
  readonly #capturedAtMs = new Map<number, number>();
  readonly #jpegs = new Map<number, Uint8Array>();
  #newest: DriveFrame | undefined;

  constructor(options: WorldOptions) {
    this.#options = options;
  }

  /** Takes the visible objects of a frame. Call it in frame order. */
  annotated(seq: number, objects: readonly Annotation[]): void {
    this.#objects.set(seq, objects);
    this.#meet(seq);
  }

  /** Takes the capture time of a frame, drawn or not. Call it in frame order. */
  captured(seq: number, capturedAtMs: number): void {
    this.#capturedAtMs.set(seq, capturedAtMs);
    this.#meet(seq);
  }

  /** Takes the display picture of a frame. A late picture is shown only if no newer one was. */
  drawn(seq: number, jpeg: Uint8Array): void {
    const newest = this.#newest;
    if (newest === undefined || seq > newest.truth.seq) this.#jpegs.set(seq, jpeg);
    else if (seq === newest.truth.seq) this.#options.onPicture(newest, jpeg);
  }

  /** The last captured frame that has no ground truth yet, such as a skipped frame. */
  get withoutTruth(): number | undefined {
    return [...this.#capturedAtMs.keys()].at(-1);
  }

  #meet(seq: number): void {
    const objects = this.#objects.get(seq);
    const capturedAtMs = this.#capturedAtMs.get(seq);
    if (objects === undefined || capturedAtMs === undefined) return;
    this.#objects.delete(seq);
    this.#capturedAtMs.delete(seq);
    const truth = {
      streamId: this.#options.streamId,
      seq,
      capturedAtMs,
      size: DEMO_SIZE,
      objects: objects.map(truthObject),
    };
    this.#newest = { truth, objects };
    this.#options.onFrame(this.#newest);
    const jpeg = this.#jpegs.get(seq);
    if (jpeg !== undefined) this.#options.onPicture(this.#newest, jpeg);
    for (const waiting of this.#jpegs.keys()) if (waiting <= seq) this.#jpegs.delete(waiting);
  }
}

function truthObject({ classId, box: { x1, y1, x2, y2 } }: Annotation): TruthObject {
  return { classIndex: classId, bbox: [x1, y1, x2 - x1, y2 - y1] };
}
