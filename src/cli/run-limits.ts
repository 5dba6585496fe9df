import { finalize, identity, Subject, takeUntil, takeWhile, type MonoTypeOperatorFunction } from 'rxjs';
import type { SourceEvent } from '../core/events.js';

/**
 * Ends all sources once they have delivered `maxFrames` together; the last one still comes through.
 * @returns an operator to be put behind each of the sources
 */
export function limitFrames(maxFrames: number | undefined): MonoTypeOperatorFunction<SourceEvent> {
  if (maxFrames === undefined) return identity;
  const reached = new Subject<void>();
  let received = 0;
  const isBelow = (event: SourceEvent): boolean => {
    if (event.type === 'frame' || event.type === 'drop') received += 1;
    return received < maxFrames;
  };
  return (source) => source.pipe(
    takeUntil(reached),
    takeWhile(isBelow, true),
    finalize(() => {
      if (received >= maxFrames) reached.next();
    }),
  );
}

export type Ending = {
  readonly signal: AbortSignal;
  /** Forgets what has not happened yet. */
  dispose(): void;
};

/**
 * Aborts after `durationMs`, or with `signal`, whichever comes first. Not `AbortSignal.any` with `AbortSignal.timeout`:
 * of these, Node 20 may collect the timeout as garbage before it fires.
 */
export function abortedAfter(durationMs: number | undefined, signal: AbortSignal): Ending {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  const timer = durationMs === undefined ? undefined : setTimeout(end, durationMs);
  if (signal.aborted) end();
  signal.addEventListener('abort', end);
  return {
    signal: controller.signal,
    dispose: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    },
  };
}
