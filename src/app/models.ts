import { describePictures } from '../model/describe-pictures.js';
import { modelInfo, type ModelInfo } from '../model/info.js';
import type { ReadOptions } from '../model/model-spec.js';
import { cachedModel } from '../model/cached-model.js';
import { findModel } from '../model/find-model.js';
import { pullModel, type PulledModel } from '../model/pull.js';
import {
  BUNDLED_MODEL,
  bundledModel,
  readZoo,
  zooEntry,
  zooPath,
  type ModelPlaces,
  type ZooEntry,
} from '../model/zoo.js';
import type { AppContext, ProgressBar } from './context.js';

/** A model that `--model` takes by name. */
export type ListedModel = Pick<ZooEntry, 'name' | 'input' | 'labels' | 'parametersM'> &
  Partial<ZooEntry> & {
    readonly path: string;
    /** The file is there and is that model. */
    readonly isHere: boolean;
    /** Why the file at `path` is another one. */
    readonly problem?: string;
    readonly isBundled: boolean;
  };

/** The bundled model, if this copy of Nowcast has it, and those of the zoo. */
export async function listModels(places: ModelPlaces): Promise<ListedModel[]> {
  const zoo: ListedModel[] = [];
  for (const entry of await readZoo(places)) {
    const file = await cachedModel(entry, places.cacheDir);
    zoo.push({
      ...entry,
      path: zooPath(entry, places.cacheDir),
      isHere: file.state === 'right',
      isBundled: false,
      ...(file.state === 'wrong' && { problem: file.problem }),
    });
  }
  const path = bundledModel();
  if (path === undefined) return zoo;
  const {
    spec: { input },
    parameters,
  } = await modelInfo(path);
  return [
    {
      name: BUNDLED_MODEL,
      path,
      isHere: true,
      isBundled: true,
      input,
      labels: 'argoverse-hd',
      parametersM: parameters / 1e6,
    },
    ...zoo,
  ];
}

/**
 * Downloads models one after the other, and yields each as soon as it is complete.
 * @param mirror URL of a folder on another server that has the same files
 * @throws ModelError for an unknown name, before the download starts, and as `pullModel` does
 */
export async function* pullModels(
  names: readonly string[],
  mirror: string | undefined,
  context: AppContext,
): AsyncGenerator<PulledModel & { readonly name: string }> {
  const entries = await Promise.all(names.map((name) => zooEntry(name, context)));
  for (const entry of entries) {
    const model = await pull(
      mirror === undefined ? entry : { ...entry, url: `${mirror.replace(/\/+$/, '')}/${entry.file}` },
      context,
    );
    yield { name: entry.name, ...model };
  }
}

async function pull(entry: ZooEntry, { cacheDir, signal, progress }: AppContext): Promise<PulledModel> {
  let bar: ProgressBar | undefined;
  try {
    return await pullModel(entry, {
      cacheDir,
      signal,
      onProgress: ({ receivedBytes, totalBytes }) => {
        bar ??= progress.bar({
          label: entry.name,
          total: totalBytes === undefined ? undefined : toMb(totalBytes),
          unit: 'MB',
        });
        bar.set(toMb(receivedBytes));
      },
    });
  } finally {
    bar?.done();
  }
}

const toMb = (bytes: number): number => Math.round(bytes / 1e5) / 10;

export type DescribedModel = ModelInfo & {
  readonly path: string;
  /** Name of the label set or the classes themselves; undefined if the model does not state it. */
  readonly labels: string | undefined;
  /** The pictures that it gets, for people. */
  readonly pictures: string;
};

/**
 * @param name a name from the zoo, or an ONNX file
 * @throws ModelError where the model cannot be found or read
 */
export async function describeModel(name: string, options: ReadOptions, places: ModelPlaces): Promise<DescribedModel> {
  const { path, entry } = await findModel(name, places);
  const info = await modelInfo(path, options);
  return {
    ...info,
    path,
    labels: entry?.labels ?? info.spec.classNames?.join(', '),
    pictures: describePictures(info.spec),
  };
}
