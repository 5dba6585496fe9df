import type { Retention } from '../../core/retention.js';
import { KeptFolder } from '../../files/kept-folder.js';
import type { AppContext } from '../context.js';
import { isKeptName } from './kept-name.js';

/**
 * The folder of a section of the configuration.
 * @throws OutputError if it cannot be used
 */
export function openKept(
  section: string,
  { folder, retention }: { readonly folder: string; readonly retention: Retention },
  { clock, log }: Pick<AppContext, 'clock' | 'log'>,
): Promise<KeptFolder> {
  return KeptFolder.open({
    folder,
    isOwn: isKeptName,
    retention,
    clock,
    onFailure: ({ message }) => log.warn(`${section}: ${message}; files are left out until it works again`),
    onHealed: () => log.info(`${section}: files are written to ${folder} again`),
  });
}
