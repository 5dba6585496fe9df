import { asyncScheduler, Observable, type SchedulerLike } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import type { SourceEvent } from '../../core/events.js';
import type { Size } from '../../core/letterbox.js';
import type { Pace } from '../../core/pace.js';
import type { PictureFormat } from '../../core/picture.js';
import { Playout, type ReadPicture } from './video/playout.js';

/** Makes the pictures of an endless stream, such as a simulated world. */
export type PictureProducer = {
  /**
   * Makes picture `index`. Indices ascend; skipped ones are never requested.
   * @param target receives planar uint8, [3, input height, input width], in the input's format
   */
  produce(index: number, target: Uint8Array): Promise<void>;
};

export type ProducedOptions = {
  readonly streamId: string;
  /** Size of the pictures before they are fitted, in pixels. */
  readonly size: Size;
  /** The detector's input that pictures are made for: `detector.info.input`. */
  readonly input: PictureFormat;
  readonly fps: number;
  readonly pace: Pace;
  readonly clock: Clock;
  /** Default: real time. */
  readonly scheduler?: SchedulerLike;
  /** Pictures in memory at once, those of the consumer included. Default 8. */
  readonly slots?: number;
};

const DEFAULT_SLOTS = 8;
/** Number of pictures made before the first is emitted, so that a slow one delays none. */
const HEAD_START = 4;

/**
 * Plays pictures that are made slightly ahead, one at a time, in real time. The world does not wait for a slow
 * producer: a frame that would be made too late, judged by the faster of the last two, is skipped and reported as
 * dropped (`superseded`). `seq` is the producer's index.
 */
export function producedSource(producer: PictureProducer, options: ProducedOptions): Observable<SourceEvent> {
  return new Observable((subscriber) => {
    const { streamId, size, input, fps, pace, clock, scheduler = asyncScheduler, slots = DEFAULT_SLOTS } = options;
    const ptsMs = (index: number): number => (index * 1000) / fps;
    const playout = new Playout({
      streamId,
      pace,
      input,
      slots,
      clock,
      scheduler,
      emit: (event) => subscriber.next(event),
    });

    const play = async (): Promise<void> => {
      subscriber.next({
        type: 'status',
        streamId,
        atMs: clock.now(),
        state: 'streaming',
        message: `${size.width}x${size.height}, ${fps} fps`,
      });
      const head: ReadPicture[] = [];
      let startedAtMs: number | undefined;
      // A program that was suspended for a minute in the middle of a picture is not a slow producer.
      let [beforeTookMs, lastTookMs] = [0, 0];
      for (let index = 0; !subscriber.closed; index++) {
        const isLate =
          pace === 'source' &&
          startedAtMs !== undefined &&
          clock.now() + Math.min(beforeTookMs, lastTookMs) > startedAtMs + ptsMs(index);
        const slot = isLate ? undefined : await playout.acquireSoon(ptsMs(index));
        if (slot === undefined) {
          playout.push({ ptsMs: ptsMs(index), lost: 'superseded' });
          continue;
        }
        const beganAtMs = clock.now();
        try {
          await producer.produce(index, slot.bytes);
        } catch (error) {
          slot.release();
          throw error;
        }
        [beforeTookMs, lastTookMs] = [lastTookMs, clock.now() - beganAtMs];
        const picture = { ptsMs: ptsMs(index), size, corrupt: false, slot };
        if (startedAtMs !== undefined) {
          playout.push(picture);
        } else if (head.push(picture) === Math.min(HEAD_START, slots)) {
          startedAtMs = clock.now();
          for (const made of head.splice(0)) playout.push(made);
        }
      }
      for (const { slot } of head) slot.release();
    };

    subscriber.add(() => playout.close());
    play().catch((error: unknown) => subscriber.error(error));
  });
}
