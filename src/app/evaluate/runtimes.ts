import { isJsonRecord } from '../../../evaluation/json-records.js';
import { readJsonFile } from '../../../evaluation/load.js';
import { parseRuntimesS } from '../../../evaluation/runtimes.js';
import { isPickle, readPickleFile } from '../../../evaluation/sap/read-pickle.js';
import { sapRuntimes } from '../../../evaluation/sap/runtimes.js';
import type { ModelFacts } from './about.js';
import { naming } from './naming.js';

export type LoadedRuntimes = {
  /** In the order of the file. */
  readonly runtimesS: Float64Array;
  /** The profiled model, if the file names it. */
  readonly model: ModelFacts | undefined;
};

/**
 * Reads a runtime profile.
 * @throws UsageError or DataError if it cannot be read
 */
export function loadRuntimes(path: string): LoadedRuntimes {
  return naming(path, () => {
    const file = isPickle(path) ? sapRuntimes(readPickleFile(path)) : readJsonFile(path);
    return { runtimesS: parseRuntimesS(file), model: modelIn(file) };
  });
}

/** `nowcast profile` names the model; other programs' profiles may not. */
function modelIn(file: unknown): ModelFacts | undefined {
  if (!isJsonRecord(file)) return undefined;
  const { model, modelSha256, input, provider } = file;
  if (typeof model !== 'string' || !isJsonRecord(input)) return undefined;
  const { width, height } = input;
  if (typeof width !== 'number' || typeof height !== 'number') return undefined;
  return {
    name: model,
    ...(typeof modelSha256 === 'string' && { sha256: modelSha256 }),
    input: { width, height },
    ...(typeof provider === 'string' && { provider }),
  };
}
