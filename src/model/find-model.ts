import { statSync } from 'node:fs';
import { ModelError } from '../core/errors.js';
import { cachedModel, wrongFile } from './cached-model.js';
import { BUNDLED_MODEL, bundledModel, plainName, readZoo, zooPath, type ModelPlaces, type ZooEntry } from './zoo.js';

/** A model file on this machine. */
export type FoundModel = {
  readonly path: string;
  /** The zoo's entry; absent for a user's own file and for the bundled model. */
  readonly entry?: ZooEntry;
};

/**
 * The file of a `--model`: a path, a model of the zoo, or `nowcast-nano`. A file of that name goes first.
 * @throws ModelError that says how to get a missing model, or that the file of that name is another one
 */
export async function findModel(nameOrPath: string, places: ModelPlaces): Promise<FoundModel> {
  const found = statSync(nameOrPath, { throwIfNoEntry: false });
  const isPath = /[/\\]/.test(nameOrPath);
  // The reader of the file refuses a folder, with a message.
  if (found !== undefined && (found.isFile() || isPath)) return { path: nameOrPath };
  if (isPath)
    throw new ModelError(
      `there is no model file ${nameOrPath}; check the path, or take a name from \`nowcast models list\``,
    );
  if (plainName(nameOrPath) === BUNDLED_MODEL) {
    const path = bundledModel();
    if (path === undefined)
      throw new ModelError(
        `this copy of Nowcast has no ${BUNDLED_MODEL}; run \`nowcast models pull yolox-nano\` and use that`,
      );
    return { path };
  }
  const entry = (await readZoo(places)).find(({ name }) => name === plainName(nameOrPath));
  if (entry === undefined) {
    throw new ModelError(
      `"${nameOrPath}" is neither a file in ${process.cwd()} nor a model of the zoo; check the path, or take a name from \`nowcast models list\``,
    );
  }
  const path = zooPath(entry, places.cacheDir);
  const file = await cachedModel(entry, places.cacheDir);
  if (file.state === 'wrong') throw wrongFile(entry, path, file.problem);
  if (file.state === 'absent') {
    throw new ModelError(
      `${entry.name} is not on this machine; run \`nowcast models pull ${entry.name}\`, or place ${entry.url} at ${path}`,
      { code: 'NOWCAST_MODEL_NOT_PULLED' },
    );
  }
  return { path, entry };
}
