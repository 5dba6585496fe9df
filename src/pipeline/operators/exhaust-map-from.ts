import { from, Observable, Subscription, type ObservableInput, type OperatorFunction } from 'rxjs';

/** The event that asks a pending queue for its next value. */
export type Trigger = 'arrived' | 'freed';

/**
 * Holds values while all workers are busy, and decides which one runs next. `T` comes in, `U` is the input of a worker,
 * `S` is emitted by the queue itself, for example for refused values. Each subscription has its own queue.
 */
export type PendingQueue<T, U, S> = {
  /** A value arrived. */
  offer(value: T, emit: (notice: S) => void): void;
  /** A worker is free. Returns its next value, or undefined to leave it free. */
  take(trigger: Trigger, emit: (notice: S) => void): U | undefined;
  /** The work on a value ended. */
  finished(value: U): void;
  /** No further value will run: gives up all waiting values. */
  drain(emit: (notice: S) => void): void;
};

/** The number of parallel workers, and the signal to stop early. */
export type WorkerOptions = {
  /** Number of values in work at once; 1 by default. */
  readonly concurrency?: number | undefined;
  /** Its first value ends the source. Waiting values are given up; values in work end by themselves. */
  readonly stop?: ObservableInput<unknown> | undefined;
};

/**
 * Maps values to inner Observables as `exhaustMap` does, but values that come while all workers are busy go to a
 * queue, and the queue decides what runs next.
 *
 * An error of the queue, of the work, of the source or of `stop` is an error of the result.
 *
 * Completes when the source has completed, no value is in work, and the queue returns no more. Values that still wait
 * are then given up, as before an error. An early unsubscribe gives up waiting values without emitting.
 *
 * @param makeQueue makes the queue of one subscription
 * @param project the work; its errors are errors of the result
 */
export function exhaustMapFrom<T, U, S, R>(
  makeQueue: () => PendingQueue<T, U, S>,
  project: (value: U) => ObservableInput<R>,
  { concurrency = 1, stop }: WorkerOptions = {},
): OperatorFunction<T, R | S> {
  return (source) =>
    new Observable<R | S>((subscriber) => {
      const queue = makeQueue();
      const emit = (notice: S): void => subscriber.next(notice);
      const upstream = new Subscription();
      let busy = 0;
      let sourceDone = false;
      let stopped = false;
      let pumping = false;

      const halt = (): void => {
        stopped = true;
        upstream.unsubscribe();
        queue.drain(emit);
      };

      /** Waiting values are given up first, because nothing follows an error. */
      const fail = (error: unknown): void => {
        stopped = true;
        upstream.unsubscribe();
        quietly(() => queue.drain(emit));
        subscriber.error(error);
      };

      /** The queue calls foreign code; RxJS would throw its errors where nothing catches them. */
      const attempt = (step: () => void): void => {
        try {
          step();
        } catch (error) {
          fail(error);
        }
      };

      const start = (value: U): void => {
        busy += 1;
        let work: Observable<R>;
        try {
          work = from(project(value));
        } catch (error) {
          fail(error);
          return;
        }
        const inner = new Subscription();
        subscriber.add(inner);
        inner.add(
          work.subscribe({
            next: (result) => subscriber.next(result),
            error: fail,
            complete: () => {
              subscriber.remove(inner);
              busy -= 1;
              attempt(() => {
                queue.finished(value);
                pump('freed');
              });
            },
          }),
        );
      };

      const pump = (trigger: Trigger): void => {
        // Work that completes at once calls back from inside `start`; the loop below continues with the freed worker.
        if (pumping) return;
        pumping = true;
        try {
          while (busy < concurrency && !stopped && !subscriber.closed) {
            const value = queue.take(trigger, emit);
            if (value === undefined) break;
            start(value);
            trigger = 'freed';
          }
        } finally {
          pumping = false;
        }
        if (busy === 0 && (sourceDone || stopped) && !subscriber.closed) {
          queue.drain(emit);
          subscriber.complete();
        }
      };

      // The subscriber is gone.
      subscriber.add(() => quietly(() => queue.drain(() => undefined)));
      subscriber.add(upstream);
      if (stop !== undefined) {
        subscriber.add(
          from(stop).subscribe({
            next: () => {
              if (stopped) return;
              attempt(() => {
                halt();
                pump('freed');
              });
            },
            error: fail,
          }),
        );
      }
      if (stopped) return;
      upstream.add(
        source.subscribe({
          next: (value) =>
            attempt(() => {
              queue.offer(value, emit);
              // A source that emits during its subscription can only be unsubscribed afterwards.
              if (stopped || subscriber.closed) queue.drain(emit);
              else pump('arrived');
            }),
          error: fail,
          complete: () =>
            attempt(() => {
              sourceDone = true;
              pump('freed');
            }),
        }),
      );
    });
}

/** For errors after the one that is already being delivered. */
function quietly(step: () => void): void {
  try {
    step();
  } catch {
    // Only the first error counts.
  }
}
