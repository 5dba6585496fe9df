import { map, NEVER, race, timer, type Observable, type SchedulerLike } from 'rxjs';
import { endpointOf, whenBack, type WhenBackOptions } from './endpoint-probe.js';

/** A wait for the next attempt to reach a camera. */
export type NextAttempt = {
  /** Resolves at the end of the wait: with true if the camera answered. */
  readonly answered: Promise<boolean>;
  /** Ends the wait. */
  now(): void;
};

/** @param back emits when the camera answers; absent if it cannot be probed */
export function nextAttempt(delayMs: number, scheduler: SchedulerLike, back: Observable<void> = NEVER): NextAttempt {
  let now = (): void => undefined;
  const answered = new Promise<boolean>((resolve) => {
    const waiting = race(timer(delayMs, scheduler).pipe(map(() => false)), back.pipe(map(() => true))).subscribe(
      resolve,
    );
    now = () => {
      waiting.unsubscribe();
      resolve(false);
    };
  });
  return { answered, now: () => now() };
}

/** Emits when a camera answers; undefined if it cannot be probed. */
export function comesBack(url: string, options: WhenBackOptions): Observable<void> | undefined {
  const endpoint = endpointOf(url);
  return endpoint === undefined ? undefined : whenBack(endpoint, options);
}
