import { asyncScheduler, Observable, type SchedulerLike, type Subscription } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import { InternalError } from '../../core/errors.js';
import { dropOf, type SourceEvent } from '../../core/events.js';
import { OWN_TIMES, type Frame } from '../../core/frame.js';
import type { Picture } from '../../core/picture.js';

export type MemoryOptions = {
  readonly streamId: string;
  readonly fps: number;
  readonly clock: Clock;
  /** Default: real time. */
  readonly scheduler?: SchedulerLike;
};

/**
 * Plays pictures from memory in real time: frame i is captured and emitted `i / fps` after the subscription, and the
 * stream ends when the next frame would be due. Nothing is decoded meanwhile, and a picture stays in place after its
 * frame's release. A frame without a picture is dropped as `corrupt` when it is due.
 */
export function memorySource(pictures: readonly Picture[], options: MemoryOptions): Observable<Frame>;
export function memorySource(
  pictures: readonly (Picture | undefined)[],
  options: MemoryOptions,
): Observable<SourceEvent>;
export function memorySource(
  pictures: readonly (Picture | undefined)[],
  options: MemoryOptions,
): Observable<SourceEvent> {
  return new Observable((subscriber) => {
    const { streamId, fps, clock, scheduler = asyncScheduler } = options;
    const startedAtMs = clock.now();
    const dueMs = (seq: number): number => startedAtMs + (seq * 1000) / fps;
    let wait: Subscription | undefined;
    let next = 0;

    /** The receiver of a frame may call it again, by `catchUp`, before the call returns. */
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
        const facts = {
          streamId,
          seq,
          epoch: 0,
          ptsMs: (seq * 1000) / fps,
          capturedAtMs: dueMs(seq),
          ...OWN_TIMES,
        };
        const picture = pictures[seq];
        if (picture === undefined) {
          subscriber.next(dropOf(facts, 'corrupt', clock.now()));
          if (subscriber.closed) return;
          continue;
        }
        subscriber.next({
          type: 'frame',
          ...facts,
          readyAtMs: clock.now(),
          picture,
          corrupt: false,
          release: releaseOnce(),
          catchUp: () => {
            if (!subscriber.closed) play();
          },
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
