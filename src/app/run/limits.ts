import { identity, NEVER, Observable, Subject, type MonoTypeOperatorFunction } from 'rxjs';
import { abortWith } from '../../core/abort-with.js';
import type { SourceEvent } from '../../core/events.js';

/** A limit on the number of frames from several sources together. */
export type FrameLimit = {
  /** Operator for each source: passes frames within the limit and releases further ones. */
  readonly within: MonoTypeOperatorFunction<SourceEvent>;
  /** Emits once, after the last frame within the limit has come through. */
  readonly reached: Observable<void>;
};

/** @param maxFrames 1 or more; undefined is no limit */
export function frameLimit(maxFrames: number | undefined): FrameLimit {
  if (maxFrames === undefined) return { within: identity, reached: NEVER };
  const reached = new Subject<void>();
  let received = 0;
  const within: MonoTypeOperatorFunction<SourceEvent> = (source) =>
    new Observable((subscriber) =>
      source.subscribe({
        next(event) {
          if (event.type !== 'frame' && event.type !== 'drop') {
            subscriber.next(event);
            return;
          }
          if (received >= maxFrames) {
            if (event.type === 'frame') event.release();
            return;
          }
          received += 1;
          subscriber.next(event);
          if (received === maxFrames) reached.next();
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      }),
    );
  return { within, reached };
}

export type Ending = {
  readonly signal: AbortSignal;
  /** Cancels the pending abort. */
  dispose(): void;
};

/**
 * Aborts after `durationMs`, or with `signal`, whichever comes first. `AbortSignal.timeout`
 * does not work here: Node 20 may collect it as garbage before it fires.
 */
export function abortedAfter(durationMs: number | undefined, signal: AbortSignal): Ending {
  const controller = new AbortController();
  const timer = durationMs === undefined ? undefined : setTimeout(() => controller.abort(), durationMs);
  const unlink = abortWith(controller, [signal]);
  return {
    signal: controller.signal,
    dispose: () => {
      clearTimeout(timer);
      unlink();
    },
  };
}

/** Emits when the signal is aborted; at once if it already was, for example by Ctrl-C while a detector opens. */
export function aborted(signal: AbortSignal): Observable<void> {
  return new Observable((subscriber) => {
    const emit = (): void => subscriber.next();
    if (signal.aborted) emit();
    else signal.addEventListener('abort', emit, { once: true });
    return () => signal.removeEventListener('abort', emit);
  });
}
