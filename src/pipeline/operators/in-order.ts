import { Observable, type MonoTypeOperatorFunction } from 'rxjs';
import type { PipelineEvent } from '../../core/events.js';

/**
 * Puts percepts and drops of each stream back into the order of their frames, for a file that several detectors share.
 * Expects every frame to come out exactly once, seq 0 first; gaps and statuses pass at once.
 *
 * @param isOrdered of a stream: false lets its events pass as they come
 */
export function inOrder(
  isOrdered: (streamId: string) => boolean = () => true,
): MonoTypeOperatorFunction<PipelineEvent> {
  return (source) =>
    new Observable((subscriber) => {
      const streams = new Map<string, { next: number; readonly early: Map<number, PipelineEvent> }>();
      return source.subscribe({
        next(event) {
          if ((event.type !== 'percept' && event.type !== 'drop') || !isOrdered(event.streamId)) {
            subscriber.next(event);
            return;
          }
          let stream = streams.get(event.streamId);
          if (stream === undefined) streams.set(event.streamId, (stream = { next: 0, early: new Map() }));
          stream.early.set(event.seq, event);
          for (let due = stream.early.get(stream.next); due !== undefined; due = stream.early.get(stream.next)) {
            stream.early.delete(stream.next++);
            subscriber.next(due);
          }
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
}
