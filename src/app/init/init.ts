import { writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { recogniseSource } from '../../config/sources.js';
import { resolveRun } from '../../config/run-config.js';
import { OutputError, UsageError } from '../../core/errors.js';
import type { ModelDetector } from '../../core/detector.js';
import { createProcessDetector } from '../../model/host/process-detector.js';
import type { AppContext } from '../context.js';
import { BUILT_IN_PARTS } from '../parts.js';
import { detectorOptions } from '../run/detector-options.js';
import { filedAddress } from './camera-secret.js';
import { configText, type ConfigCamera } from './config-text.js';

/** A source to put into a new configuration. */
export type NewCamera = { readonly name: string; readonly source: string; readonly comment?: string };

export type NewConfig = {
  readonly cameras: readonly NewCamera[];
  readonly model: string;
  /** Undefined serves no feed. */
  readonly feedPort: number | undefined;
  readonly out: string;
  /** May replace an existing file. */
  readonly overwrites: boolean;
};

export type WrittenConfig = {
  readonly path: string;
  readonly cameras: readonly string[];
  /** Environment variables that the file needs, each with its content in words. */
  readonly variables: Readonly<Record<string, string>>;
};

/**
 * A free name for a source, from its address.
 * @throws UsageError if the source is malformed or does not exist
 */
export function nameFor(source: string, taken: readonly string[]): string {
  const { streamId } = recogniseSource(source, BUILT_IN_PARTS.sources);
  const name = streamId.replaceAll(/[^\w-]+/g, '-').replaceAll(/^-|-$/g, '') || 'camera';
  let free = name;
  for (let i = 2; taken.includes(free); i++) free = `${name}-${i}`;
  return free;
}

/** @throws ModelError if the model cannot be found or does not run */
export async function openTrialDetector(model: string, context: AppContext): Promise<ModelDetector> {
  const config = resolveRun({ model: { path: model } }, ['demo:'], BUILT_IN_PARTS);
  const onLog = (message: string): void => context.log.debug(message);
  return createProcessDetector({ ...(await detectorOptions(config, context)), onLog });
}

/**
 * Writes a commented configuration. Secrets of addresses stay out of it.
 * @throws UsageError if the file exists; OutputError if it cannot be written
 */
export function writeConfig({ cameras, model, feedPort, out, overwrites }: NewConfig): WrittenConfig {
  const path = resolve(out);
  const filed = cameras.map(({ name, source, comment }): ConfigCamera => {
    const { kind, address } = recogniseSource(source, BUILT_IN_PARTS.sources);
    return {
      name,
      address: filedAddress(kind === undefined ? resolve(address) : source, name),
      ...(comment !== undefined && { comment }),
    };
  });
  try {
    writeFileSync(path, configText({ cameras: filed, model, feedPort, folder: dirname(path) }), {
      flag: overwrites ? 'w' : 'wx',
    });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST')
      throw new UsageError(`${path} exists; give another file with --out, or replace it with --overwrite`, { cause });
    throw new OutputError(`cannot write ${path} (${code ?? String(cause)}); choose another file with --out`, { cause });
  }
  const variables = filed.flatMap(({ address: { variable } }) => variable ?? []);
  return {
    path,
    cameras: filed.map(({ name }) => name),
    variables: Object.fromEntries(variables.map(({ name, holds }) => [name, holds])),
  };
}
