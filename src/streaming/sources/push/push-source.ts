import { Observable, type Subscriber } from 'rxjs';
import type { Clock } from '../../../core/clock.js';
import { UsageError } from '../../../core/errors.js';
import { dropOf, type DropReason, type FrameRef, type SourceEvent } from '../../../core/events.js';
import { shown } from '../../../core/extension.js';
import { FramePool, type FrameSlot } from '../../../core/frame-pool.js';
import type { PictureFormat } from '../../../core/picture.js';
import { checkPixels, fitPushed, PUSH_FORMATS, type PushFormat } from './pushed-picture.js';

export type PushOptions = {
  /** The stream's name in every event. */
  readonly streamId: string;
  /** Coding of the pictures. Default: `rgb`. */
  readonly format?: PushFormat;
  /** Size of the pictures in pixels; a JPEG states its own. */
  readonly width?: number;
  readonly height?: number;
  /** Size and format of fitted pictures: the detector's input, `detector.info.input`. */
  readonly input: PictureFormat;
  readonly clock: Clock;
  /** Number of fitted pictures in memory, those in the pipeline included. Default 4. */
  readonly slots?: number;
};

/** The capture time of a pushed picture. */
export type PushedAt = {
  /** On the source's clock. Default: the moment of the push, with `captureClock` `arrival`. */
  readonly capturedAtMs?: number;
  /** Half-width of its uncertainty. Default: 0. */
  readonly uncertaintyMs?: number;
};

/** A stream of pictures that the program pushes. */
export type PushSource = {
  /** The stream, for one subscriber at a time. Pictures that are pushed without a subscriber are not part of it. */
  readonly events: Observable<SourceEvent>;
  /**
   * Pushes the next picture. While one picture is being fitted, the newest pushed one waits. An older waiting picture,
   * and a picture without free memory, comes out as a drop (`superseded`); a JPEG that cannot be decoded as `corrupt`.
   *
   * @param bytes must not change until the promise resolves; it never rejects
   * @throws UsageError if the bytes are not a picture of the stream's format and size, or if the time is before the
   *   previous picture's
   */
  push(bytes: Uint8Array, at?: PushedAt): Promise<void>;
  /** Ends the stream after the pictures that were pushed. */
  end(): void;
  /** Ends the stream with an error. */
  fail(error: unknown): void;
};

const DEFAULT_SLOTS = 4;

/**
 * Makes a stream of pictures that the program pushes: from a camera's SDK, a game, a socket.
 *
 * ```ts
 * const source = pushSource({ streamId: 'belt', width: 1280, height: 720, input: detector.info.input, clock });
 * sdk.on('image', (rgb) => { void source.push(rgb); });
 * createPipeline({ sources: [source.events], detector, clock }).subscribe(console.log);
 * ```
 *
 * @throws UsageError naming the invalid option
 */
export function pushSource(options: PushOptions): PushSource {
  checkOptions(options);
  const stream = new PushedStream(options);
  return {
    events: stream.events,
    push: (bytes, at = {}) => stream.push(bytes, at),
    end: () => stream.end(),
    fail: (error) => stream.fail(error),
  };
}

type Pushed = { readonly ref: FrameRef; readonly bytes: Uint8Array; readonly done: () => void };

class PushedStream {
  readonly events: Observable<SourceEvent>;
  readonly #options: PushOptions;
  readonly #format: PushFormat;
  readonly #pool: FramePool;
  #subscriber: Subscriber<SourceEvent> | undefined;
  #seq = 0;
  #firstCapturedAtMs: number | undefined;
  #lastCapturedAtMs = -Infinity;
  #isFitting = false;
  #waiting: Pushed | undefined;
  #hasEnded = false;

  constructor(options: PushOptions) {
    this.#options = options;
    this.#format = options.format ?? 'rgb';
    this.#pool = new FramePool(options.slots ?? DEFAULT_SLOTS, 3 * options.input.width * options.input.height);
    this.events = new Observable((subscriber) => {
      if (this.#subscriber !== undefined)
        throw new UsageError(
          `the push source "${options.streamId}" has a subscriber already; share its events with RxJS's share()`,
        );
      this.#subscriber = subscriber;
      subscriber.add(() => this.#leave());
      subscriber.next({ type: 'status', streamId: options.streamId, atMs: options.clock.now(), state: 'streaming' });
      if (this.#hasEnded) subscriber.complete();
    });
  }

  push(bytes: Uint8Array, { capturedAtMs, uncertaintyMs = 0 }: PushedAt): Promise<void> {
    const { streamId, width, height, clock } = this.#options;
    checkPixels(bytes, this.#format, width === undefined || height === undefined ? undefined : { width, height });
    const takenAtMs = capturedAtMs ?? clock.now();
    if (!Number.isFinite(takenAtMs))
      throw new UsageError(`capturedAtMs must be milliseconds on the source's clock, got ${shown(capturedAtMs)}`);
    if (takenAtMs < this.#lastCapturedAtMs)
      throw new UsageError(
        `capturedAtMs ${takenAtMs} is before that of the previous picture, ${this.#lastCapturedAtMs}; push pictures in the order of their capture`,
      );
    if (!(uncertaintyMs >= 0 && uncertaintyMs < Infinity))
      throw new UsageError(`uncertaintyMs must be a finite number of 0 or more, got ${shown(uncertaintyMs)}`);
    if (this.#subscriber === undefined || this.#hasEnded) return Promise.resolve();
    this.#firstCapturedAtMs ??= takenAtMs;
    this.#lastCapturedAtMs = takenAtMs;
    const ref: FrameRef = {
      streamId,
      seq: this.#seq++,
      epoch: 0,
      ptsMs: takenAtMs - this.#firstCapturedAtMs,
      capturedAtMs: takenAtMs,
      captureClock: capturedAtMs === undefined ? 'arrival' : 'sender',
      uncertaintyMs,
    };
    return new Promise((resolve) => {
      if (this.#waiting !== undefined) this.#lose(this.#waiting, 'superseded');
      this.#waiting = { ref, bytes, done: resolve };
      this.#fitNext();
    });
  }

  end(): void {
    this.#hasEnded = true;
    this.#fitNext();
  }

  fail(error: unknown): void {
    this.#hasEnded = true;
    this.#subscriber?.error(error);
  }

  #fitNext(): void {
    if (this.#isFitting) return;
    const next = this.#waiting;
    this.#waiting = undefined;
    if (next === undefined) {
      if (this.#hasEnded) this.#subscriber?.complete();
      return;
    }
    const slot = this.#pool.acquire();
    if (slot === undefined) {
      this.#lose(next, 'superseded');
      this.#fitNext();
      return;
    }
    this.#isFitting = true;
    void this.#fit(next, slot).finally(() => {
      this.#isFitting = false;
      this.#fitNext();
    });
  }

  /** Never rejects. */
  async #fit(pushed: Pushed, slot: FrameSlot): Promise<void> {
    const { width, height, input, clock } = this.#options;
    const size = width === undefined || height === undefined ? undefined : { width, height };
    try {
      const picture = await fitPushed(pushed.bytes, this.#format, size, input, slot.bytes);
      if (this.#subscriber === undefined) {
        slot.release();
        return;
      }
      this.#subscriber.next({
        type: 'frame',
        ...pushed.ref,
        readyAtMs: clock.now(),
        picture,
        corrupt: false,
        release: () => slot.release(),
      });
    } catch {
      slot.release();
      this.#lose(pushed, 'corrupt');
    } finally {
      pushed.done();
    }
  }

  #lose({ ref, done }: Pushed, reason: DropReason): void {
    this.#subscriber?.next(dropOf(ref, reason, this.#options.clock.now()));
    done();
  }

  /** Waiting pictures belong to a stream without a subscriber. */
  #leave(): void {
    this.#subscriber = undefined;
    this.#waiting?.done();
    this.#waiting = undefined;
  }
}

function checkOptions({
  streamId,
  format = 'rgb',
  width,
  height,
  input,
  clock,
  slots = DEFAULT_SLOTS,
}: PushOptions): void {
  const fail = (field: string, wanted: string, got: unknown): never => {
    throw new UsageError(`pushSource: ${field} must be ${wanted}, got ${shown(got)}`);
  };
  const isSide = (side: unknown): boolean => Number.isInteger(side) && (side as number) >= 1;
  if (typeof streamId !== 'string' || streamId === '') fail('streamId', 'a text that is not empty', streamId);
  if (!PUSH_FORMATS.includes(format)) fail('format', `one of ${PUSH_FORMATS.join(', ')}`, format);
  if (format !== 'jpeg' && !isSide(width)) fail('width', "the pictures' width in pixels", width);
  if (format !== 'jpeg' && !isSide(height)) fail('height', "the pictures' height in pixels", height);
  if (!isSide(input?.width) || !isSide(input?.height)) fail('input', 'detector.info.input', input);
  if (typeof clock?.now !== 'function') fail('clock', 'a clock such as monotonicClock', clock);
  if (!isSide(slots)) fail('slots', 'a whole number of 1 or more', slots);
}
