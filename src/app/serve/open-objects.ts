import type { RunConfig } from '../../config/run-config.js';
import { resolveSnapshots } from '../../config/snapshots-config.js';
import type { Originals } from '../../streaming/originals/originals.js';
import type { AppContext } from '../context.js';
import { ObjectJournal } from './object-journal.js';
import { LoggedObjects, MOST_OBJECTS } from './object-log.js';
import { ObjectPictures } from './object-pictures.js';
import type { KeptPlace } from './kept-place.js';

export type ObjectsOptions = {
  /** Asked for the rules of a camera whenever they are needed. */
  readonly config: () => Pick<RunConfig, 'snapshots' | 'sources'>;
  readonly originals: Pick<Originals, 'jpeg'>;
  /** Their folder, if there is one; it belongs to the objects from now on. */
  readonly pictures: KeptPlace;
  /** File of the objects of earlier runs. Absent: there are none, and the present ones are forgotten at the end. */
  readonly file: string | undefined;
  /** Whether the clip of an earlier run is still there. */
  readonly hasClip: (path: string) => boolean;
};

/**
 * The objects of a service's cameras, with their pictures.
 * @throws UsageError if the file of objects cannot be read
 */
export async function openObjects(
  { config, originals, pictures, file, hasClip }: ObjectsOptions,
  { clock, log }: Pick<AppContext, 'clock' | 'log'>,
): Promise<LoggedObjects> {
  const journal =
    file === undefined
      ? undefined
      : await ObjectJournal.open(file, {
          most: MOST_OBJECTS,
          onFailure: (message) => log.warn(`objects: ${message}`),
          onHealed: () => log.info(`objects: ${file} has them all again`),
        });
  return new LoggedObjects({
    originals,
    clock,
    ruleOf: (camera) => {
      const { sources, snapshots = resolveSnapshots({}) } = config();
      return sources.find(({ id }) => id === camera)?.snapshots ?? snapshots.rule;
    },
    pictures: new ObjectPictures(pictures, clock),
    hasClip,
    ...(journal && { journal }),
  });
}

/** The folder of pictures that a configuration has; undefined: they are in memory. */
export function pictureFolder({ snapshots }: Pick<RunConfig, 'snapshots'>) {
  const { folder, retention } = snapshots ?? resolveSnapshots({});
  return folder === undefined ? undefined : { folder, retention };
}
