import { Observable } from 'rxjs';
import type { SourceEvent } from '../../core/events.js';
import type { Size } from '../../core/size.js';
import { DEFAULT_SLOTS, playInto, type PlaybackOptions, type ReadPicture } from './playout.js';

/** Makes the pictures of an endless stream, such as a simulated world. */
export type PictureProducer = {
  /**
   * Makes picture `index`. Indices ascend; skipped ones are never requested.
   * @param target receives planar uint8, [3, input height, input width], in the input's format
   */
  produce(index: number, target: Uint8Array): Promise<void>;
};

export type ProducedOptions = PlaybackOptions & {
  /** Size of the pictures before they are fitted, in pixels. */
  readonly size: Size;
  readonly fps: number;
};

/** Number of pictures made before the first is emitted, so that a slow one delays none. */
const HEAD_START = 4;

/**
 * Plays pictures that are made slightly ahead, one at a time, in real time. The world does not wait for a slow
 * producer: a frame that would be made too late, judged by the faster of the last two, is skipped and reported as
 * dropped (`superseded`). `seq` is the producer's index.
 */
export function producedSource(producer: PictureProducer, options: ProducedOptions): Observable<SourceEvent> {
  return new Observable((subscriber) => {
    const { size, fps, pace, clock, slots = DEFAULT_SLOTS } = options;
    const ptsMs = (index: number): number => (index * 1000) / fps;
    const { playout, status } = playInto(subscriber, options);

    const play = async (): Promise<void> => {
      status('streaming', `${size.width}x${size.height}, ${fps} fps`);
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
