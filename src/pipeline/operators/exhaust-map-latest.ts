import type { ObservableInput, OperatorFunction } from 'rxjs';
import { exhaustMapFrom, type PendingQueue } from './exhaust-map-from.js';

/**
 * Like `exhaustMap`, but the newest value that arrived meanwhile runs next; `exhaustMap` drops it.
 *
 * ```ts
 * frames.pipe(exhaustMapLatest((frame) => slowWork(frame), (frame) => frame.release()))
 * ```
 *
 * @param project the work; one value at a time
 * @param onSkip called with each value that will never run: a newer one took its place, or the subscription ended
 */
export function exhaustMapLatest<T, R>(
  project: (value: T) => ObservableInput<R>,
  onSkip: (value: T) => void = () => undefined,
): OperatorFunction<T, R> {
  return exhaustMapFrom<T, { readonly value: T }, never, R>(
    () => newest(onSkip),
    ({ value }) => project(value),
  );
}

function newest<T>(onSkip: (value: T) => void): PendingQueue<T, { readonly value: T }, never> {
  let waiting: { readonly value: T } | undefined;
  const empty = (): { readonly value: T } | undefined => {
    const taken = waiting;
    waiting = undefined;
    return taken;
  };
  return {
    offer(value) {
      const skipped = empty();
      waiting = { value };
      if (skipped !== undefined) onSkip(skipped.value);
    },
    take: empty,
    urgency: () => (waiting === undefined ? undefined : { place: 0, staleness: 0 }),
    reservedMs: () => 0,
    finished: () => undefined,
    drain() {
      const skipped = empty();
      if (skipped !== undefined) onSkip(skipped.value);
    },
  };
}
