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
