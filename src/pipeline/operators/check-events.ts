import { defer, map, type MonoTypeOperatorFunction } from 'rxjs';
import { ExtensionError } from '../../core/errors.js';
import type { SourceEvent } from '../../core/events.js';
import { releaseRefused } from '../release-frame.js';
import { problemOfSourceEvent } from '../source-event-check.js';

/**
 * Passes valid events of a source, with each stream's frames in ascending order.
 *
 * Otherwise it errors with an ExtensionError that names the stream; an invalid frame is released first.
 *
 * @param name for an event without a valid stream
 */
export function checkEvents(name = 'of unknown name'): MonoTypeOperatorFunction<SourceEvent> {
  return (source) =>
    defer(() => {
      const lastSeqs = new Map<string, number>();
      return source.pipe(
        map((event) => {
          const problem = problemOfSourceEvent(event) ?? problemOfOrder(event, lastSeqs);
          if (problem === undefined) return event;
          releaseRefused(event);
          throw new ExtensionError('source', nameOf(event) ?? name, problem);
        }),
      );
    });
}

function problemOfOrder(event: SourceEvent, lastSeqs: Map<string, number>): string | undefined {
  if (event.type !== 'frame') return undefined;
  const last = lastSeqs.get(event.streamId) ?? -1;
  if (event.seq <= last)
    return `emitted frame ${event.seq} after frame ${last}; seq must ascend, and each source needs a streamId of its own`;
  lastSeqs.set(event.streamId, event.seq);
  return undefined;
}

function nameOf(event: unknown): string | undefined {
  const { streamId } = (event ?? {}) as { readonly streamId?: unknown };
  return typeof streamId === 'string' && streamId !== '' ? streamId : undefined;
}
