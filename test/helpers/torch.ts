import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const FOLDER =
  process.env['NOWCAST_TEST_PYTHON_DIR'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'nowcast-tests', 'python');
const PYTHON = join(FOLDER, 'bin', 'python');
/** No library that a script loads may look for weights or data on the network. */
const ENVIRONMENT = { ...process.env, HF_HUB_OFFLINE: '1', PYTHONDONTWRITEBYTECODE: '1', OMP_NUM_THREADS: '1' };

// The copy is made when everything is installed.
const isInstalled = isSameFile('test/python/requirements.txt', join(FOLDER, 'requirements.txt'));

/** For `itNeeds`: PyTorch and the networks of `test/python/requirements.txt`. */
export const TORCH: Readonly<Record<string, boolean>> = { 'PyTorch, which .ci/install-torch installs': isInstalled };
/** For `itNeeds`. */
export const PYCOCOTOOLS: Readonly<Record<string, boolean>> = {
  'pycocotools, which .ci/install-torch installs': isInstalled,
};

/**
 * Runs a script of `test/python`.
 * @throws what it wrote to its standard error, where it fails
 */
export async function runPython(script: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(PYTHON, [resolve('test/python', script), ...args], {
    env: ENVIRONMENT,
    maxBuffer: 64 * 2 ** 20,
  });
  return stdout;
}

function isSameFile(one: string, other: string): boolean {
  return existsSync(other) && readFileSync(one, 'utf8') === readFileSync(other, 'utf8');
}
