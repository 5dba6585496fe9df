import type { RunConfig } from '../../config/run-config.js';
import { resolveSnapshots } from '../../config/snapshots-config.js';
import type { Originals } from '../../streaming/originals/originals.js';
import type { AppContext } from '../context.js';
import { LoggedObjects } from './object-log.js';
import { ObjectPictures } from './object-pictures.js';
import { openKept } from './open-kept.js';

/**
 * The objects of a service's cameras, with their pictures.
 * @param config asked for the rules of a camera whenever they are needed
 * @throws OutputError if the folder of pictures cannot be used
 */
export async function openObjects(
  config: () => Pick<RunConfig, 'snapshots' | 'sources'>,
  originals: Pick<Originals, 'jpeg'>,
  context: Pick<AppContext, 'clock' | 'log'>,
): Promise<LoggedObjects> {
  const { folder, retention, rule } = config().snapshots ?? resolveSnapshots({});
  const kept = folder === undefined ? undefined : await openKept('snapshots', { folder, retention }, context);
  const { clock } = context;
  return new LoggedObjects({
    originals,
    clock,
    ruleOf: (camera) => config().sources.find(({ id }) => id === camera)?.snapshots ?? rule,
    pictures: new ObjectPictures(kept, clock),
  });
}
