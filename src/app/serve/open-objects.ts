import type { RunConfig } from '../../config/run-config.js';
import { resolveSnapshots } from '../../config/snapshots-config.js';
import type { Originals } from '../../streaming/originals/originals.js';
import type { AppContext } from '../context.js';
import { ObjectJournal } from './object-journal.js';
import { LoggedObjects, MOST_OBJECTS } from './object-log.js';
import { ObjectPictures } from './object-pictures.js';
import { openKept } from './open-kept.js';

export type ObjectsOptions = {
  /** Asked for the rules of a camera whenever they are needed. */
  readonly config: () => Pick<RunConfig, 'snapshots' | 'sources'>;
  readonly originals: Pick<Originals, 'jpeg'>;
  /** File of the objects of earlier runs. Absent: there are none, and the present ones are forgotten at the end. */
  readonly file: string | undefined;
  /** Whether the clip of an earlier run is still there. */
  readonly hasClip: (path: string) => boolean;
};

/**
 * The objects of a service's cameras, with their pictures.
 * @throws OutputError if the folder of pictures cannot be used
 * @throws UsageError if the file of objects cannot be read
 */
export async function openObjects(
  { config, originals, file, hasClip }: ObjectsOptions,
  context: Pick<AppContext, 'clock' | 'log'>,
): Promise<LoggedObjects> {
  const { clock, log } = context;
  const { folder, retention, rule } = config().snapshots ?? resolveSnapshots({});
  const journal =
    file === undefined
      ? undefined
      : await ObjectJournal.open(file, {
          most: MOST_OBJECTS,
          onFailure: (message) => log.warn(`objects: ${message}`),
          onHealed: () => log.info(`objects: ${file} has them all again`),
        });
  const kept = folder === undefined ? undefined : await openKept('snapshots', { folder, retention }, context);
  return new LoggedObjects({
    originals,
    clock,
    ruleOf: (camera) => config().sources.find(({ id }) => id === camera)?.snapshots ?? rule,
    pictures: new ObjectPictures(kept, clock),
    hasClip,
    ...(journal && { journal }),
  });
}
