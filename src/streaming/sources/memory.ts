import { asyncScheduler, Observable, type SchedulerLike, type Subscription } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import { InternalError } from '../../core/errors.js';
import { OWN_TIMES, type Frame } from '../../core/frame.js';
import { letterbox, type Size } from '../../core/letterbox.js';

/** A decoded picture, letterboxed to the detector's input. */
export type MemoryPicture = {
  /** Of the source's picture, in pixels. */
  readonly size: Size;
  /** Planar BGR, uint8, [3, input height, input width]. */
  readonly image: Uint8Array;
};

export type MemoryOptions = {
  readonly streamId: string;
  /** Size in pixels of the letterboxed pictures. */
  readonly input: Size;
  readonly fps: number;
  readonly clock: Clock;
  /** Default: real time. */
  readonly scheduler?: SchedulerLike;
};

/**
 * Plays pictures that lie in memory by the clock: frame i is captured, and handed out, `i / fps` after the
 * subscription, and the end comes when the next frame would have been due. Nothing is decoded meanwhile, and a picture
 * stays where it is after its frame's release.
 */
export function memorySource(pictures: readonly MemoryPicture[], options: MemoryOptions): Observable<Frame> {
  return new Observable((subscriber) => {
    const { streamId, input, fps, clock, scheduler = asyncScheduler } = options;
    const startedAtMs = clock.now();
    const dueMs = (seq: number): number => startedAtMs + (seq * 1000) / fps;
    let wait: Subscription | undefined;
    let next = 0;

    /** Whoever is given a frame may call it again, by `catchUp`, before the call returns. */
    const play = (): void => {
      for (;;) {
        const waitMs = dueMs(next) - clock.now();
        if (waitMs > 0) {
          wait?.unsubscribe();
          wait = scheduler.schedule(play, Math.ceil(waitMs));
          return;
        }
        if (next === pictures.length) {
          subscriber.complete();
          return;
        }
        const seq = next++;
        const { size, image } = pictures[seq];
        subscriber.next({
          type: 'frame', streamId, seq, epoch: 0, ptsMs: (seq * 1000) / fps, capturedAtMs: dueMs(seq), ...OWN_TIMES, readyAtMs: clock.now(),
          ...size, letterbox: letterbox(size, input), image, corrupt: false, release: releaseOnce(),
          catchUp: () => { if (!subscriber.closed) play(); },
        });
        if (subscriber.closed) return;
      }
    };

    subscriber.add(() => wait?.unsubscribe());
    play();
  });
}

function releaseOnce(): () => void {
  let released = false;
  return () => {
    if (released) throw new InternalError('a frame in memory was released twice');
    released = true;
  };
}
