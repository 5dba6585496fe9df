import { from, Observable, Subscription, type ObservableInput, type OperatorFunction } from 'rxjs';
import type { Turns } from '../turns.js';
import { Workers, type Trigger, type Urgency } from '../workers.js';

/**
 * Holds values while all workers are busy, and decides which one runs next. `T` comes in, `U` is the input of a worker,
 * `S` is emitted by the queue itself, for example for refused values. Each subscription has its own queue.
 */
export type PendingQueue<T, U, S> = {
  /** A value arrived. */
  offer(value: T, emit: (notice: S) => void): void;
  /** A worker is free. Returns its next value, or undefined to leave it free. */
  take(trigger: Trigger, emit: (notice: S) => void): U | undefined;
  /**
   * Compares queues that share workers. Undefined if `take` would return nothing, which ends the subscription once its
   * source has completed.
   */
  urgency(): Urgency | undefined;
  /** See `Member`. */
  reservedMs(place: number): number;
  /** The work on a value ended. */
  finished(value: U): void;
  /** No further value will run: gives up all waiting values. */
  drain(emit: (notice: S) => void): void;
};

/** The workers, and the signal to stop early. */
export type WorkerOptions<S = never> = {
  /** Shared with other subscriptions. Default: one of its own. */
  readonly workers?: Workers<S> | undefined;
  /** See `Member`; false by default. */
  readonly isEager?: boolean | undefined;
  /** Its first value ends the source. Waiting values are given up; values in work end by themselves. */
  readonly stop?: ObservableInput<unknown> | undefined;
};

/** Keeps the worker of a value until the promise settles, even if the subscriber leaves meanwhile. */
export type Hold = (busy: Promise<unknown>) => void;

/** The work on a value. */
export type Project<U, R> = (value: U, hold: Hold) => ObservableInput<R>;

/**
 * Maps values to inner Observables as `exhaustMap` does, but values that come while all workers are busy go to a
 * queue, and the queue decides what runs next.
 *
 * An error of the queue, of the work, of the source or of `stop` is an error of the result. Other subscriptions with
 * the same workers go on.
 *
 * Completes when the source has completed, no value is in work, and the queue returns no more. Values that still wait
 * are then given up, as before an error. An early unsubscribe gives up waiting values without emitting.
 *
 * @param makeQueue makes the queue of one subscription, with the turns of all that share the workers
 * @param project its errors are errors of the result
 */
export function exhaustMapFrom<T, U, S, R>(
  makeQueue: (turns: Turns) => PendingQueue<T, U, S>,
  project: Project<U, R>,
  { workers: shared, isEager = false, stop }: WorkerOptions<S> = {},
): OperatorFunction<T, R | S> {
  return (source) =>
    new Observable<R | S>((subscriber) => {
      const workers = shared ?? new Workers<S>(1);
      const queue = makeQueue(workers.turns);
      const emit = (notice: S): void => subscriber.next(notice);
      const upstream = new Subscription();
      let inWork = 0;
      let sourceDone = false;
      let stopped = false;

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
      const attempt = <V>(step: () => V): V | undefined => {
        try {
          return step();
        } catch (error) {
          fail(error);
          return undefined;
        }
      };

      const start = (value: U): void => {
        const giveBack = workers.take();
        inWork += 1;
        let held: Promise<unknown> | undefined;
        let isFinished = false;
        const finish = (): void => {
          if (isFinished) return;
          isFinished = true;
          giveBack();
          queue.finished(value);
        };
        const inner = new Subscription();
        const free = (): void => {
          finish();
          workers.pump('freed');
        };
        // The subscriber has left; the work may go on without it.
        inner.add(() => {
          if (isFinished) return;
          if (held === undefined) free();
          else void held.then(free, free);
        });
        let work: Observable<R>;
        try {
          work = from(
            project(value, (busy) => {
              held = busy;
            }),
          );
        } catch (error) {
          finish();
          fail(error);
          return;
        }
        subscriber.add(inner);
        inner.add(
          work.subscribe({
            next: (result) => subscriber.next(result),
            error: (error: unknown) => {
              finish();
              fail(error);
              workers.pump('freed');
            },
            complete: () => {
              inWork -= 1;
              attempt(finish);
              subscriber.remove(inner);
              workers.pump('freed');
            },
          }),
        );
      };

      const leave = workers.join({
        isEager,
        urgency: () => (stopped || subscriber.closed ? undefined : queue.urgency()),
        reservedMs: (place) => (stopped || sourceDone || subscriber.closed ? 0 : queue.reservedMs(place)),
        startOne(trigger) {
          if (stopped || subscriber.closed) return false;
          const value = attempt(() => queue.take(trigger, emit));
          if (value === undefined) return false;
          start(value);
          return true;
        },
        settle() {
          if (inWork > 0 || subscriber.closed) return;
          attempt(() => {
            if (!stopped && !(sourceDone && queue.urgency() === undefined)) return;
            queue.drain(emit);
            subscriber.complete();
          });
        },
        tell: emit,
        fail,
      });
      // The subscriber is gone.
      subscriber.add(() => {
        leave();
        quietly(() => queue.drain(() => undefined));
      });
      subscriber.add(upstream);
      if (stop !== undefined) {
        subscriber.add(
          from(stop).subscribe({
            next: () => {
              if (stopped) return;
              attempt(halt);
              workers.pump('freed');
            },
            error: fail,
          }),
        );
      }
      if (stopped) return;
      upstream.add(
        source.subscribe({
          next: (value) => {
            attempt(() => queue.offer(value, emit));
            // A source that emits during its subscription can only be unsubscribed afterwards.
            if (stopped || subscriber.closed) quietly(() => queue.drain(emit));
            else workers.pump('arrived');
          },
          error: fail,
          complete: () => {
            sourceDone = true;
            workers.pump('freed');
          },
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
