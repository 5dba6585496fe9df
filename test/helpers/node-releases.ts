import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A `node` of another release line, from npm's package of its binary. It is fetched once (some 50 MB) into a temporary
 * folder. As a dependency, every `npm ci` would fetch it.
 * @returns undefined if it cannot be fetched
 */
export function nodeOf(major: number): string | undefined {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const home = join(tmpdir(), 'nowcast-node-releases');
  const node = join(home, String(major), 'package/bin/node');
  if (existsSync(node)) return node;
  mkdirSync(home, { recursive: true });
  const temporary = mkdtempSync(join(home, 'part-'));
  try {
    const [{ filename }] = JSON.parse(
      execFileSync('npm', ['pack', `node-${platform()}-${arch()}@${major}`, '--json', '--fetch-retries=0'], {
        cwd: temporary,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: 120_000,
      }),
    ) as { filename: string }[];
    execFileSync('tar', ['-xzf', filename, 'package/bin/node'], { cwd: temporary });
    // Two test processes may fetch it at once; the file of either is complete.
    if (!existsSync(node)) renameSync(temporary, join(home, String(major)));
    return node;
  } catch {
    return undefined;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
