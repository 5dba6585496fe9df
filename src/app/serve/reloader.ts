import type { ErrorPlaces } from '../../config/error-places.js';
import type { RunConfig } from '../../config/run-config.js';
import { counted } from '../../core/counted.js';
import { NowcastError } from '../../core/errors.js';
import { withHttpOfFeed } from './listen.js';
import type { Reload, Reloaded } from './reload.js';
import type { ServiceParts } from './service-parts.js';

/** Takes over the configuration as it is now, says what came of it, and counts it. */
export function reloaderOf(
  parts: ServiceParts,
  readAgain: () => Promise<RunConfig>,
  places?: Pick<ErrorPlaces, 'place'>,
): Reload {
  const { log, redact } = parts.context;
  return async () => {
    await parts.opened;
    const { service, metrics } = parts;
    try {
      const changes = await service!.reload(async () => withHttpOfFeed(await readAgain()));
      metrics?.reloaded('success');
      log.info(reloadText(changes));
      if (changes.needsRestart.length > 0)
        log.warn(`in use only after a restart of the service: ${changes.needsRestart.join(', ')}`);
      return changes;
    } catch (error) {
      metrics?.reloaded('failure');
      places?.place(error);
      // The API shows it as well.
      if (error instanceof NowcastError) error.message = String(redact(error.message));
      log.error(`the configuration was not taken over, and the former one stays in use: ${(error as Error).message}`);
      throw error;
    }
  };
}

function reloadText({ added, removed, restarted, unchanged, sections }: Reloaded): string {
  const named = (what: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`${what} ${names.join(', ')}`];
  const changes = [...named('added', added), ...named('removed', removed), ...named('restarted', restarted)];
  const others = named('also', sections);
  return `configuration taken over: ${[...changes, `${counted(unchanged, 'camera')} unchanged`, ...others].join('; ')}`;
}
