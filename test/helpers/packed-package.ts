import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A folder in which the package is installed as npm packs it, with the dependencies of this checkout. */
export type PackedPackage = { readonly folder: string; remove(): void };

/** Needs no network. It packs the existing build. */
export function installPacked(): PackedPackage {
  const folder = mkdtempSync(join(tmpdir(), 'nowcast-packed-'));
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  // `prepack` would build again below the running tests.
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', resolve('.'), '--ignore-scripts', '--json'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  ) as { filename: string }[];
  execFileSync('tar', ['-xzf', join(folder, filename)], { cwd: modules });
  execFileSync('mv', ['package', 'nowcast'], { cwd: modules });
  for (const name of readdirSync('node_modules')) {
    if (name !== '.bin' && name !== 'nowcast') symlinkSync(resolve('node_modules', name), join(modules, name));
  }
  writeFileSync(join(folder, 'package.json'), '{ "name": "somebody", "private": true }');
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
