import { Observable, type MonoTypeOperatorFunction } from 'rxjs';
import type { PipelineEvent } from '../../core/events.js';
import { blame } from '../../core/extension.js';

/**
 * Gives every event to a custom sink and passes it on. Events do not wait for a promise that the sink returns.
 *
 * Errors with an ExtensionError that names the sink if it throws or its promise rejects. (A throw in the `next` of
 * `subscribe` would end the process.)
 *
 * ```ts
 * events.pipe(writeTo('database', (event) => table.insert(event))).subscribe({ error: console.error });
 * ```
 *
 * @param name of the sink, for the error
 */
export function writeTo(
  name: string,
  write: (event: PipelineEvent) => unknown,
): MonoTypeOperatorFunction<PipelineEvent> {
  return (events) =>
    new Observable((subscriber) => {
      const fail = (error: unknown): void => subscriber.error(blame('sink', name, error));
      return events.subscribe({
        next: (event) => {
          try {
            const written = write(event);
            if (written instanceof Promise) written.catch(fail);
          } catch (error) {
            fail(error);
            return;
          }
          subscriber.next(event);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
}
