import { existsSync } from 'node:fs';
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

/** The spelling of the zoo. */
export function plainName(name: string): string {
  return name
    .toLowerCase()
    .replace(/\.onnx$/, '')
    .replaceAll('_', '-');
}
