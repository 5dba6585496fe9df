import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A folder in which the package is installed as npm packs it, with the dependencies of this checkout. */
export type PackedPackage = { readonly folder: string; remove(): void };

/**
 * Needs no network. It packs the existing build.
 * @param without packages and scopes that are left out
 */
export function installPacked(without: readonly string[] = []): PackedPackage {
  const folder = mkdtempSync(join(tmpdir(), 'nowcast-packed-'));
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', resolve('.'), '--json'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  ) as { filename: string }[];
  execFileSync('tar', ['-xzf', join(folder, filename)], { cwd: modules });
  execFileSync('mv', ['package', 'nowcast'], { cwd: modules });
  for (const name of readdirSync('node_modules')) {
    if (name !== '.bin' && name !== 'nowcast' && !without.includes(name))
      symlinkSync(resolve('node_modules', name), join(modules, name));
  }
  writeFileSync(join(folder, 'package.json'), '{ "name": "somebody", "private": true }');
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
