import type { DropEvent, PerceptEvent, PipelineEvent, SourceEvent } from '../../core/events.js';
import type { DriveFrame } from './world.js';

/** One frame at the end of a run. */
export type RecentFrame = {
  readonly moment: DriveFrame;
  readonly event: PerceptEvent | DropEvent;
  /** The letterboxed picture of a dropped frame; absent if it was never drawn. */
  readonly picture: Uint8Array | undefined;
};

/**
 * The last frames of a run: their ground truth, their results, and the pictures of dropped ones. After the run, the
 * detector processes these pictures.
 */
export class RecentFrames {
  readonly #count: number;
  readonly #moments = new Map<number, DriveFrame>();
  readonly #events = new Map<number, PerceptEvent | DropEvent>();
  readonly #pictures = new Map<number, Uint8Array>();
  readonly #spare: Uint8Array[] = [];
  #firstKept = 0;

  /** @param count number of frames to keep */
  constructor(count: number) {
    this.#count = count;
  }

  /** The first frame that is kept. */
  get firstKept(): number {
    return this.#firstKept;
  }

  moment(moment: DriveFrame): void {
    this.#moments.set(moment.truth.seq, moment);
  }

  received(event: SourceEvent): void {
    if (event.type !== 'frame' && event.type !== 'drop') return;
    if (event.type === 'frame') {
      const copy = this.#spare.pop() ?? new Uint8Array(event.picture.image.length);
      copy.set(event.picture.image);
      this.#pictures.set(event.seq, copy);
    }
    const gone = event.seq - this.#count;
    this.#firstKept = Math.max(0, gone + 1);
    this.#moments.delete(gone);
    this.#events.delete(gone);
    this.#discard(gone);
  }

  emitted(event: PipelineEvent): void {
    if (event.type !== 'percept' && event.type !== 'drop') return;
    this.#events.set(event.seq, event);
    if (event.type === 'percept') this.#discard(event.seq);
  }

  /** Adds the picture of a skipped frame, drawn after the run. */
  drawn(seq: number, picture: Uint8Array): void {
    this.#pictures.set(seq, picture);
  }

  /** The complete frames, in order and without a gap. */
  list(): readonly RecentFrame[] {
    const frames: RecentFrame[] = [];
    for (const [seq, moment] of this.#moments) {
      const event = this.#events.get(seq);
      if (event !== undefined) frames.push({ moment, event, picture: this.#pictures.get(seq) });
    }
    return frames;
  }

  #discard(seq: number): void {
    const picture = this.#pictures.get(seq);
    if (picture === undefined) return;
    this.#pictures.delete(seq);
    this.#spare.push(picture);
  }
}
