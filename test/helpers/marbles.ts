import assert from 'node:assert/strict';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';

/**
 * Runs a test in virtual time; the scheduler is its clock.
 * @param compare false if the test reads the events by itself and `expectObservable` only subscribes
 */
export function marbles(test: (helpers: RunHelpers, scheduler: TestScheduler) => void, compare = true): void {
  const scheduler = new TestScheduler((actual, expected) => {
    if (compare) assert.deepEqual(actual, expected);
  });
  scheduler.run((helpers) => test(helpers, scheduler));
}
