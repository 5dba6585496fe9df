import { asyncScheduler, type SchedulerLike, type Subscriber, type Subscription } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import {
  dropOf,
  fileOf,
  type DropEvent,
  type FrameRef,
  type GapEvent,
  type SourceEvent,
  type StatusState,
} from '../../core/events.js';
import { OWN_TIMES, type Frame } from '../../core/frame.js';
import { FramePool, type FrameSlot } from '../../core/frame-pool.js';
import type { Fit } from '../../core/fit.js';
import type { Size } from '../../core/size.js';
import type { Pace } from '../../core/pace.js';
import { fitPicture, type PictureFormat } from '../../core/picture.js';

/** The part of a source's options that decides how its pictures become frames. */
export type PlaybackOptions = {
  readonly streamId: string;
  /** Into which every picture is fitted: `detector.info.input`. */
  readonly input: PictureFormat;
  readonly pace: Pace;
  readonly clock: Clock;
  /** Default: real time. */
  readonly scheduler?: SchedulerLike;
  /** Pictures in memory at once, those of the consumer included. Default 8. */
  readonly slots?: number;
};

export type PlayoutOptions = PlaybackOptions & {
  readonly emit: (event: Frame | DropEvent | GapEvent) => void;
  /** Called when `acquire` may succeed again. */
  readonly wake?: () => void;
};

export const DEFAULT_SLOTS = 8;

/** A pause between two pictures is announced if it is this long, and many times the usual step. */
const LEAST_GAP_MS = 5_000;
const GAP_STEPS = 10;
/** Of the first two pictures, whose step may be the usual one. */
const LEAST_FIRST_GAP_MS = 60_000;

/** A picture that was read. */
export type ReadPicture = {
  readonly ptsMs: number;
  /** Name of its own file, if it has one. */
  readonly file?: string;
  /** Size of the source's picture, in pixels. */
  readonly size: Size;
  /** True if the decoder reported damage. */
  readonly corrupt: boolean;
  readonly slot: FrameSlot;
};

/** A picture without memory. */
export type LostPicture = { readonly ptsMs: number; readonly file?: string; readonly lost: 'superseded' };

/** A playout whose frames go to a subscriber, and the reports of the source's state that go with them. */
export function playInto(
  subscriber: Subscriber<SourceEvent>,
  options: PlaybackOptions,
  wake?: () => void,
): { readonly playout: Playout; readonly status: (state: StatusState, message: string) => void } {
  const { streamId, clock } = options;
  const emit = (event: SourceEvent): void => subscriber.next(event);
  return {
    playout: new Playout({ ...options, emit, ...(wake && { wake }) }),
    status: (state, message) => emit({ type: 'status', streamId, atMs: clock.now(), state, message }),
  };
}

type Queued = {
  readonly ref: FrameRef;
  readonly picture: ReadPicture | LostPicture;
  readonly gap: GapEvent | undefined;
};

/**
 * Turns pictures that are read ahead from a file into the frames of a stream.
 *
 * At the source's pace, each is emitted when it is due, the first at once. The clock does not stop for a consumer that
 * holds every slot: a picture without memory when it is due is skipped and reported as a drop. A long pause between two
 * pictures is announced as a gap when it begins. At maximum pace nothing is lost: reading waits for memory.
 */
export class Playout {
  readonly #options: PlayoutOptions;
  readonly #scheduler: SchedulerLike;
  readonly #pool: FramePool;
  readonly #queue: Queued[] = [];
  #seq = 0;
  readonly #slotCount: number;
  #lastPtsMs = -Infinity;
  /** Added to a presentation time, gives its due time; set by the first picture. */
  #offsetMs: number | undefined;
  #usualStepMs: number | undefined;
  #lastDueMs = 0;
  /** Of the first in the queue. */
  #isGapAnnounced = false;
  #geometry: { readonly size: Size; readonly fit: Fit } | undefined;
  #emission: Subscription | undefined;
  /** The picture for which the timer of `#emission` is set. */
  #awaited: Queued | undefined;
  #isPumping = false;
  /** True if a reader waits for memory, and no picture has set the clock yet. */
  #waitsForClock = false;
  #wakeUp: Subscription | undefined;
  #onDrained: (() => void) | undefined;
  #acquireAgain: (() => void) | undefined;
  #closed = false;

  constructor(options: PlayoutOptions) {
    const { input, scheduler = asyncScheduler, slots = DEFAULT_SLOTS } = options;
    this.#options = options;
    this.#scheduler = scheduler;
    this.#slotCount = slots;
    this.#pool = new FramePool(slots, 3 * input.width * input.height);
  }

  /** Bytes of a fitted picture. */
  get slotBytes(): number {
    return this.#pool.slotBytes;
  }

  /**
   * True if no slot is free, and pictures that wait for their time or for the consumer are the reason.
   * @param reading number of slots that are being filled
   */
  isFull(reading: number): boolean {
    return this.#pool.freeCount === 0 && this.#slotCount > reading;
  }

  /** Memory for the next picture; `'wait'` until `wake`; undefined if it is already due, to skip it. */
  acquire(ptsMs: number): FrameSlot | 'wait' | undefined {
    const slot = this.#pool.acquire();
    if (slot !== undefined) return slot;
    if (this.#options.pace === 'source' && this.#offsetMs !== undefined) {
      const waitMs = ptsMs + this.#offsetMs - this.#options.clock.now();
      if (waitMs <= 0) return undefined;
      this.#wakeUp?.unsubscribe();
      this.#wakeUp = this.#scheduler.schedule(() => this.#wake(), Math.ceil(waitMs));
    }
    this.#waitsForClock = this.#offsetMs === undefined;
    // Later, not at once: code that releases a frame does not expect the next one during the call.
    this.#pool.onceFree(() => queueMicrotask(() => this.#wake()));
    return 'wait';
  }

  /** Memory for the next picture, awaited; undefined if the picture is already due, or if the source has ended. */
  async acquireSoon(ptsMs: number): Promise<FrameSlot | undefined> {
    while (!this.#closed) {
      const slot = this.acquire(ptsMs);
      if (slot !== 'wait') return slot;
      await new Promise<void>((resolve) => {
        this.#acquireAgain = resolve;
      });
    }
    return undefined;
  }

  /** Takes the next picture, in the order of the stream, together with its slot. */
  push(picture: ReadPicture | LostPicture): void {
    if (this.#closed) {
      giveBack(picture);
      return;
    }
    const ptsMs = Math.max(picture.ptsMs, this.#lastPtsMs);
    const stepMs = ptsMs - this.#lastPtsMs;
    this.#lastPtsMs = ptsMs;
    const nowMs = this.#options.clock.now();
    this.#offsetMs ??= nowMs - ptsMs;
    // A reader that waited before the first picture was decided has no timer of its own yet.
    if (this.#waitsForClock) queueMicrotask(() => this.#wake());
    this.#waitsForClock = false;
    const dueMs = this.#options.pace === 'max' ? nowMs : ptsMs + this.#offsetMs;
    const ref = {
      streamId: this.#options.streamId,
      seq: this.#seq++,
      ...fileOf(picture),
      epoch: 0,
      ptsMs,
      capturedAtMs: dueMs,
      ...OWN_TIMES,
    };
    this.#queue.push({ ref, picture, gap: this.#gapBefore(stepMs, dueMs, ptsMs) });
    this.#lastDueMs = dueMs;
    if (this.#queue.length === 1) this.#pump();
  }

  #gapBefore(stepMs: number, dueMs: number, ptsMs: number): GapEvent | undefined {
    const { pace, streamId } = this.#options;
    if (pace !== 'source' || !Number.isFinite(stepMs)) return undefined;
    const usualMs = this.#usualStepMs;
    const isGap =
      usualMs === undefined ? stepMs >= LEAST_FIRST_GAP_MS : stepMs >= Math.max(LEAST_GAP_MS, GAP_STEPS * usualMs);
    if (usualMs === undefined || !isGap) this.#usualStepMs = stepMs;
    if (!isGap) return undefined;
    const why = `by the file's own times, the next picture comes at ${(ptsMs / 1_000).toFixed(1)} s`;
    return { type: 'gap', streamId, fromMs: this.#lastDueMs, toMs: dueMs, why };
  }

  /** Marks the end of the pictures; `onDrained` is called after the last was emitted. */
  finish(onDrained: () => void): void {
    this.#onDrained = onDrained;
    if (this.#queue.length === 0) onDrained();
  }

  /** Stops, and returns the memory of pictures that were not emitted. */
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

  /** Emits all due pictures. The receiver of a frame may call it again, by `catchUp`, before the call returns. */
  #pump(): void {
    const isNested = this.#isPumping;
    this.#isPumping = true;
    try {
      this.#emitDue();
    } finally {
      this.#isPumping = isNested;
    }
    if (!isNested && !this.#closed) this.#awaitNext();
  }

  #emitDue(): void {
    while (this.#queue.length > 0) {
      const [{ ref, gap }] = this.#queue;
      if (gap !== undefined && !this.#isGapAnnounced) {
        this.#isGapAnnounced = true;
        this.#options.emit(gap);
        if (this.#closed) return;
      }
      if (ref.capturedAtMs > this.#options.clock.now()) return;
      this.#isGapAnnounced = false;
      this.#handOut(this.#queue.shift()!);
      if (this.#closed) return;
    }
    const onDrained = this.#onDrained;
    this.#onDrained = undefined;
    onDrained?.();
  }

  /** Sets the timer of the next picture. Setting one costs more than emitting a picture, so a right one is kept. */
  #awaitNext(): void {
    const next = this.#queue.at(0);
    if (next === undefined || next === this.#awaited) return;
    this.#awaited = next;
    this.#emission?.unsubscribe();
    const waitMs = Math.max(0, Math.ceil(next.ref.capturedAtMs - this.#options.clock.now()));
    this.#emission = this.#scheduler.schedule(() => {
      this.#awaited = undefined;
      this.#pump();
    }, waitMs);
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
      ...ref,
      type: 'frame',
      readyAtMs: nowMs,
      picture: { size, fit: this.#geometry.fit, image: slot.bytes },
      corrupt,
      release: () => slot.release(),
      catchUp: this.#catchUp,
    });
  }
}

function giveBack(picture: ReadPicture | LostPicture): void {
  if ('slot' in picture) picture.slot.release();
}
