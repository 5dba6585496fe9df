import { catchError, defer, tap, type MonoTypeOperatorFunction } from 'rxjs';
import { UsageError } from '../../core/errors.js';
import type { SourceEvent } from '../../core/events.js';
import { blame } from '../../core/extension.js';
import { releaseRefused } from '../release-frame.js';

/**
 * Makes sure that each stream comes from one source only.
 *
 * Errors with a UsageError that names both sources if they use the same `streamId`. An error of the source itself comes
 * out under the source's name.
 *
 * @param name of this source among the others, as `sources[0]`
 * @param owners by stream, shared by the sources of one subscription
 */
export function ownStream(name: string, owners: Map<string, string>): MonoTypeOperatorFunction<SourceEvent> {
  return (source) =>
    defer(() => {
      let lastStreamId: string | undefined;
      return source.pipe(
        catchError((error: unknown) => {
          throw blame('source', lastStreamId ?? name, error);
        }),
        tap((event) => {
          if (event.streamId === undefined || event.streamId === lastStreamId) return;
          lastStreamId = event.streamId;
          const owner = owners.get(event.streamId) ?? name;
          if (owner !== name) {
            releaseRefused(event);
            throw new UsageError(
              `${owner} and ${name} both use the streamId "${event.streamId}"; give each source its own`,
            );
          }
          owners.set(event.streamId, name);
        }),
      );
    });
}
