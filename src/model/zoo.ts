import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { ModelError } from '../core/errors.js';
import { packageRoot } from '../core/package-root.js';

const zooFile = z.strictObject({
  /** The folder of the files. */
  release: z.url(),
  licence: z.string(),
  models: z.record(
    z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'a name has small letters, digits, dots and hyphens'),
    z.strictObject({
      file: z.string().regex(/^[\w-][\w.-]*\.onnx$/, 'a file has a plain name that ends in .onnx'),
      bytes: z.int().positive().optional(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/, 'a sha256 has 64 digits of 0-9 and a-f'),
      input: z.strictObject({ width: z.int().positive(), height: z.int().positive() }),
      labels: z.string(),
      ap: z.number().optional(),
      parametersM: z.number().positive(),
      gflops: z.number().optional(),
    }),
  ),
});

/** A model that can be downloaded. */
export type ZooEntry = Readonly<z.infer<typeof zooFile>['models'][string]> & {
  /** As in `yolox-nano`. */
  readonly name: string;
  readonly url: string;
  readonly licence: string;
};

/** The places of models on this machine. */
export type ModelPlaces = {
  /** Folder of downloaded models. */
  readonly cacheDir: string;
  /** A zoo of the user's own, in the format of `configs/zoo.yaml`. */
  readonly ownZoo?: string | undefined;
};

/** The model that comes with the package. */
export const BUNDLED_MODEL = 'nowcast-nano';

/**
 * Every model of `configs/zoo.yaml`, smallest first, and those of the user's own zoo.
 * @throws ModelError if the own zoo cannot be read
 */
export async function readZoo({ ownZoo }: Pick<ModelPlaces, 'ownZoo'> = {}): Promise<readonly ZooEntry[]> {
  const published = await entriesOf(fileURLToPath(new URL('configs/zoo.yaml', packageRoot)));
  if (ownZoo === undefined) return published;
  const own = await entriesOf(ownZoo);
  const taken = own.find(({ name, file }) => published.some((entry) => entry.name === name || entry.file === file));
  if (taken !== undefined)
    throw new ModelError(`${ownZoo} (NOWCAST_ZOO): ${taken.name} or its file is a model of Nowcast; rename it`);
  return [...published, ...own];
}

async function entriesOf(path: string): Promise<ZooEntry[]> {
  const zoo = zooFile.safeParse(await readYaml(path));
  if (!zoo.success) {
    const [{ path: keys, message }] = zoo.error.issues;
    throw new ModelError(`${path} (NOWCAST_ZOO) is no zoo of models: ${keys.join('.') || 'the file'}: ${message}`);
  }
  const { release, licence, models } = zoo.data;
  return Object.entries(models).map(([name, model]) => ({
    ...model,
    name,
    licence,
    url: `${release.replace(/\/+$/, '')}/${model.file}`,
  }));
}

async function readYaml(path: string): Promise<unknown> {
  try {
    return parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new ModelError(`cannot read ${path} (NOWCAST_ZOO): ${(cause as Error).message}`, { cause });
  }
}

/** The path of the bundled model; undefined if this copy of Nowcast has none. */
export function bundledModel(): string | undefined {
  const path = fileURLToPath(new URL(`models/${BUNDLED_MODEL}.onnx`, packageRoot));
  return existsSync(path) ? path : undefined;
}

/**
 * The zoo's entry of a name, spelled as the zoo or as the release spells it: `yolox-s`, `yolox_s`, `yolox_s.onnx`.
 * @throws ModelError listing the known names
 */
export async function zooEntry(name: string, places: Pick<ModelPlaces, 'ownZoo'> = {}): Promise<ZooEntry> {
  const zoo = await readZoo(places);
  const entry = zoo.find((candidate) => candidate.name === plainName(name));
  if (entry === undefined)
    throw new ModelError(`there is no model "${name}"; the zoo has ${zoo.map((e) => e.name).join(', ')}`);
  return entry;
}

/** Path of a zoo model after its download, and for one placed by hand. */
export function zooPath({ file }: Pick<ZooEntry, 'file'>, cacheDir: string): string {
  return join(cacheDir, file);
}

/** The spelling of the zoo. */
export function plainName(name: string): string {
  return name
    .toLowerCase()
    .replace(/\.onnx$/, '')
    .replaceAll('_', '-');
}
