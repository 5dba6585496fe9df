import { from, Observable, Subscription, type ObservableInput, type OperatorFunction } from 'rxjs';

/** Why a waiting room is asked for the next value. */
export type Trigger = 'arrived' | 'freed';

/**
 * Where values wait while all workers are busy, and the rule that says which goes next.
 * `T` comes in, `U` is what a worker starts on, `S` is what the room itself emits: what it refused, say.
 * One subscription has one room.
 */
export type WaitingRoom<T, U, S> = {
  /** A value came. */
  offer(value: T, emit: (notice: S) => void): void;
  /** A worker is free: what it should start on, or undefined to leave it free. */
  take(trigger: Trigger, emit: (notice: S) => void): U | undefined;
  /** The work on a value ended. */
  finished(value: U): void;
  /** Nothing more will be taken: gives up whatever still waits. */
  drain(emit: (notice: S) => void): void;
};

/** How many work at once, and when to stop early. */
export type WorkerOptions = {
  /** Values under way at once; 1 unless given. */
  readonly concurrency?: number | undefined;
  /** Its first value ends the source; what waits is given up, what is under way ends by itself. */
  readonly stop?: ObservableInput<unknown> | undefined;
};

/**
 * Maps values to inner Observables as `exhaustMap` does, but what comes while all are busy goes to a waiting room, and
 * the room says what runs next.
 *
 * An error of the room, as of the work, of the source and of `stop`, is an error of the result.
 *
 * Completes when the source has completed, nothing is under way, and the room gives nothing more. What then still
 * waits is given up, as it is before an error. An early unsubscribe gives up what waits without emitting.
 *
 * @param makeRoom makes the room of one subscription
 * @param project the work; its errors are errors of the result
 */
export function exhaustMapFrom<T, U, S, R>(
  makeRoom: () => WaitingRoom<T, U, S>,
  project: (value: U) => ObservableInput<R>,
  { concurrency = 1, stop }: WorkerOptions = {},
): OperatorFunction<T, R | S> {
  return (source) => new Observable<R | S>((subscriber) => {
    const room = makeRoom();
    const emit = (notice: S): void => subscriber.next(notice);
    const upstream = new Subscription();
    let busy = 0;
    let sourceDone = false;
    let stopped = false;
    let pumping = false;

    const halt = (): void => {
      stopped = true;
      upstream.unsubscribe();
      room.drain(emit);
    };

    /** What waits is given up first, since nothing comes after an error. */
    const fail = (error: unknown): void => {
      stopped = true;
      upstream.unsubscribe();
      quietly(() => room.drain(emit));
      subscriber.error(error);
    };

    /** The room calls code of others; RxJS would throw its errors where nobody catches them. */
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
      inner.add(work.subscribe({
        next: (result) => subscriber.next(result),
        error: fail,
        complete: () => {
          subscriber.remove(inner);
          busy -= 1;
          attempt(() => {
            room.finished(value);
            pump('freed');
          });
        },
      }));
    };

    const pump = (trigger: Trigger): void => {
      // Work that completes at once calls back from inside `start`; the loop below picks up what it freed.
      if (pumping) return;
      pumping = true;
      try {
        while (busy < concurrency && !stopped && !subscriber.closed) {
          const value = room.take(trigger, emit);
          if (value === undefined) break;
          start(value);
          trigger = 'freed';
        }
      } finally {
        pumping = false;
      }
      if (busy === 0 && (sourceDone || stopped) && !subscriber.closed) {
        room.drain(emit);
        subscriber.complete();
      }
    };

    // Nobody listens any more.
    subscriber.add(() => quietly(() => room.drain(() => undefined)));
    subscriber.add(upstream);
    if (stop !== undefined) {
      subscriber.add(from(stop).subscribe({
        next: () => {
          if (stopped) return;
          attempt(() => {
            halt();
            pump('freed');
          });
        },
        error: fail,
      }));
    }
    if (stopped) return;
    upstream.add(source.subscribe({
      next: (value) => attempt(() => {
        room.offer(value, emit);
        // A source that emits while it is subscribed to cannot be left before that ends.
        if (stopped || subscriber.closed) room.drain(emit);
        else pump('arrived');
      }),
      error: fail,
      complete: () => attempt(() => {
        sourceDone = true;
        pump('freed');
      }),
    }));
  });
}

/** For what follows an error that is already on its way. */
function quietly(step: () => void): void {
  try {
    step();
  } catch {
    // The first error is the one that counts.
  }
}
