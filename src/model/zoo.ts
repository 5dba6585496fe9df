import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { ModelError } from '../core/errors.js';
import { packageRoot } from '../core/package-root.js';

const zooFile = z.strictObject({
  release: z.url(),
  models: z.record(
    z.string(),
    z.strictObject({
      file: z.string().regex(/^[\w.-]+\.onnx$/),
      bytes: z.int().positive().optional(),
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .optional(),
      input: z.strictObject({ width: z.int().positive(), height: z.int().positive() }),
      labels: z.string(),
      ap: z.number(),
      parametersM: z.number(),
      gflops: z.number(),
    }),
  ),
});

/** A model that can be downloaded. */
export type ZooEntry = Readonly<z.infer<typeof zooFile>['models'][string]> & {
  /** As in `yolox-nano`. */
  readonly name: string;
  readonly url: string;
};

/** A model file on this machine. */
export type FoundModel = {
  readonly path: string;
  /** The zoo's entry; absent for a user's own file and for the bundled model. */
  readonly entry?: ZooEntry;
};

/** The model that comes with the package. */
export const BUNDLED_MODEL = 'nowcast-nano';

/** Every model of `configs/zoo.yaml`, smallest first. */
export async function readZoo(): Promise<readonly ZooEntry[]> {
  const { release, models } = zooFile.parse(parse(await readFile(new URL('configs/zoo.yaml', packageRoot), 'utf8')));
  return Object.entries(models).map(([name, model]) => ({ ...model, name, url: `${release}/${model.file}` }));
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
export async function zooEntry(name: string): Promise<ZooEntry> {
  const zoo = await readZoo();
  const entry = zoo.find((candidate) => candidate.name === plainName(name));
  if (entry === undefined)
    throw new ModelError(`there is no model "${name}"; the zoo has ${zoo.map((e) => e.name).join(', ')}`);
  return entry;
}

/** Path of a zoo model after its download, and for one placed by hand. */
export function zooPath({ file }: Pick<ZooEntry, 'file'>, cacheDir: string): string {
  return join(cacheDir, file);
}

/**
 * The file of a `--model`: a path, a model of the zoo, or `nowcast-nano`. A file of that name goes first.
 * @throws ModelError that says how to get a missing model
 */
export async function findModel(nameOrPath: string, cacheDir: string): Promise<FoundModel> {
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
  const entry = (await readZoo()).find(({ name }) => name === plainName(nameOrPath));
  if (entry === undefined) {
    throw new ModelError(
      `"${nameOrPath}" is neither a file in ${process.cwd()} nor a model of the zoo; check the path, or take a name from \`nowcast models list\``,
    );
  }
  const path = zooPath(entry, cacheDir);
  if (!existsSync(path)) {
    throw new ModelError(
      `${entry.name} is not on this machine; run \`nowcast models pull ${entry.name}\`, or place ${entry.url} at ${path}`,
      { code: 'NOWCAST_MODEL_NOT_PULLED' },
    );
  }
  return { path, entry };
}

function plainName(name: string): string {
  return name
    .toLowerCase()
    .replace(/\.onnx$/, '')
    .replaceAll('_', '-');
}
