import type { SchedulerLike, Subscription } from 'rxjs';
import type { Clock } from '../../../core/clock.js';
import { dropOf, type DropEvent, type FrameRef } from '../../../core/events.js';
import { OWN_TIMES, type Frame } from '../../../core/frame.js';
import { FramePool, type FrameSlot } from '../../../core/frame-pool.js';
import type { Fit, Size } from '../../../core/letterbox.js';
import type { Pace } from '../../../core/pace.js';
import { fitPicture, type PictureFormat } from '../../../core/picture.js';

export type PlayoutOptions = {
  readonly streamId: string;
  readonly pace: Pace;
  /** Of the fitted pictures. */
  readonly input: PictureFormat;
  /** Pictures that may be in memory at once, those that the consumer holds included. */
  readonly slots: number;
  readonly clock: Clock;
  /** What waits until a picture is due. */
  readonly scheduler: SchedulerLike;
  readonly emit: (event: Frame | DropEvent) => void;
  /** Called when `acquire` is worth asking again. */
  readonly wake?: () => void;
};

/** A picture that was read. */
export type ReadPicture = {
  readonly ptsMs: number;
  /** Of the source's picture, in pixels. */
  readonly size: Size;
  /** The decoder reported damage. */
  readonly corrupt: boolean;
  readonly slot: FrameSlot;
};

/** A picture that has no memory, or nothing to put there. */
export type LostPicture = { readonly ptsMs: number; readonly lost: 'superseded' | 'corrupt' };

type Queued = { readonly ref: FrameRef; readonly picture: ReadPicture | LostPicture };

/**
 * Turns pictures that are read ahead from a file into the frames of a stream.
 *
 * At the source's pace each is handed out when it is due, the first at once. The clock does not stop for a consumer
 * that holds every slot: a picture for which there is no memory when it is due is passed over, and told as a drop.
 * At maximum pace nothing is lost: reading waits for memory.
 */
export class Playout {
  readonly #options: PlayoutOptions;
  readonly #pool: FramePool;
  readonly #queue: Queued[] = [];
  #seq = 0;
  #lastPtsMs = -Infinity;
  /** What is to be added to a presentation time to get the time at which it is due; set by the first picture. */
  #offsetMs: number | undefined;
  #geometry: { readonly size: Size; readonly fit: Fit } | undefined;
  #emission: Subscription | undefined;
  #wakeUp: Subscription | undefined;
  #onDrained: (() => void) | undefined;
  #acquireAgain: (() => void) | undefined;
  #closed = false;

  constructor(options: PlayoutOptions) {
    this.#options = options;
    this.#pool = new FramePool(options.slots, 3 * options.input.width * options.input.height);
  }

  /** Bytes of a fitted picture. */
  get slotBytes(): number {
    return this.#pool.slotBytes;
  }

  /** Memory for the next picture; `'wait'` until `wake`; undefined where it is due already: pass over it. */
  acquire(ptsMs: number): FrameSlot | 'wait' | undefined {
    const slot = this.#pool.acquire();
    if (slot !== undefined) return slot;
    if (this.#options.pace === 'source' && this.#offsetMs !== undefined) {
      const waitMs = ptsMs + this.#offsetMs - this.#options.clock.now();
      if (waitMs <= 0) return undefined;
      this.#wakeUp?.unsubscribe();
      this.#wakeUp = this.#options.scheduler.schedule(() => this.#wake(), Math.ceil(waitMs));
    }
    // Not at once: whoever releases a frame does not expect to be given the next one meanwhile.
    this.#pool.onceFree(() => queueMicrotask(() => this.#wake()));
    return 'wait';
  }

  /** Memory for the next picture, waited for; undefined where that is due already, or all is over. */
  async acquireSoon(ptsMs: number): Promise<FrameSlot | undefined> {
    while (!this.#closed) {
      const slot = this.acquire(ptsMs);
      if (slot !== 'wait') return slot;
      await new Promise<void>((resolve) => { this.#acquireAgain = resolve; });
    }
    return undefined;
  }

  /** Takes the next picture, in the order of the stream, and the slot with it. */
  push(picture: ReadPicture | LostPicture): void {
    if (this.#closed) {
      giveBack(picture);
      return;
    }
    const ptsMs = Math.max(picture.ptsMs, this.#lastPtsMs);
    this.#lastPtsMs = ptsMs;
    const nowMs = this.#options.clock.now();
    this.#offsetMs ??= nowMs - ptsMs;
    const dueMs = this.#options.pace === 'max' ? nowMs : ptsMs + this.#offsetMs;
    const ref = { streamId: this.#options.streamId, seq: this.#seq++, epoch: 0, ptsMs, capturedAtMs: dueMs, ...OWN_TIMES };
    this.#queue.push({ ref, picture });
    if (this.#queue.length === 1) this.#pump();
  }

  /** Says that no more pictures come; `onDrained` is called after the last was handed out. */
  finish(onDrained: () => void): void {
    this.#onDrained = onDrained;
    if (this.#queue.length === 0) onDrained();
  }

  /** Stops, and gives back what was not handed out. */
  close(): void {
    this.#closed = true;
    this.#emission?.unsubscribe();
    this.#wakeUp?.unsubscribe();
    for (const { picture } of this.#queue.splice(0)) giveBack(picture);
    this.#acquireAgain?.();
  }

  #wake(): void {
    if (this.#closed) return;
    this.#acquireAgain?.();
    this.#options.wake?.();
  }

  readonly #catchUp = (): void => {
    if (this.#queue.length > 0 && !this.#closed) this.#pump();
  };

  /** Hands out what is due. Whoever is given a frame may call it again, by `catchUp`, before the call returns. */
  #pump(): void {
    while (this.#queue.length > 0) {
      const waitMs = this.#queue[0].ref.capturedAtMs - this.#options.clock.now();
      if (waitMs > 0) {
        this.#emission?.unsubscribe();
        this.#emission = this.#options.scheduler.schedule(() => this.#pump(), Math.ceil(waitMs));
        return;
      }
      this.#handOut(this.#queue.shift()!);
      if (this.#closed) return;
    }
    const onDrained = this.#onDrained;
    this.#onDrained = undefined;
    onDrained?.();
  }

  #handOut({ ref, picture }: Queued): void {
    const { clock, emit } = this.#options;
    const nowMs = clock.now();
    if ('lost' in picture) {
      emit(dropOf(ref, picture.lost, nowMs));
      return;
    }
    const { size, corrupt, slot } = picture;
    if (this.#geometry?.size !== size) this.#geometry = { size, fit: fitPicture(size, this.#options.input) };
    emit({
      ...ref, type: 'frame', readyAtMs: nowMs, picture: { size, fit: this.#geometry.fit, image: slot.bytes },
      corrupt, release: () => slot.release(),
      catchUp: this.#catchUp,
    });
  }
}

function giveBack(picture: ReadPicture | LostPicture): void {
  if ('slot' in picture) picture.slot.release();
}
