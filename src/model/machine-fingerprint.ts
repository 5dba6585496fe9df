import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, platform } from 'node:os';
import { dirname, join } from 'node:path';

/** All properties of this machine that can change which provider is the fastest. */
export type MachineFingerprint = {
  readonly platform: string;
  readonly arch: string;
  readonly cpu: string;
  readonly cores: number;
  readonly onnxRuntime: string;
  /** Files beside ONNX Runtime's binding: a provider that is installed later adds some. */
  readonly libraries: readonly string[];
  /** Graphics device nodes, if the system has any. */
  readonly devices: readonly string[];
};

/** Reads a few small files; loads no part of ONNX Runtime. */
export async function machineFingerprint(): Promise<MachineFingerprint> {
  const manifest = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  const [{ version }, libraries, dev, dri] = await Promise.all([
    readFile(manifest, 'utf8').then((text) => JSON.parse(text) as { version: string }),
    names(join(dirname(manifest), 'bin', 'napi-v6', platform(), arch())),
    names('/dev'),
    names('/dev/dri'),
  ]);
  return {
    platform: platform(),
    arch: arch(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    onnxRuntime: version,
    libraries,
    devices: [...dev.filter((name) => /^nvidia\d+$/.test(name)), ...dri.filter((name) => name.startsWith('renderD'))],
  };
}

async function names(folder: string): Promise<string[]> {
  return readdir(folder).then(
    (found) => found.sort(),
    () => [],
  );
}
