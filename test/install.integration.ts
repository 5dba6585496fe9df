import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const BLOCK_BYTES = 4096;
const MOST_MB = 380;

/** As `du` counts it: whole blocks. */
function onDisk(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}

function sizeOfFolder(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size)
    .reduce((sum, bytes) => sum + onDisk(bytes), 0);
}

/** Folders of the packages that an installation for production has, without those inside another one's folder. */
function productionPackages(): string[] {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean; peer?: boolean }>;
  };
  return Object.entries(packages)
    .filter(([path, { dev, devOptional, peer }]) => path !== '' && !dev && !devOptional && !peer)
    .map(([path]) => path)
    .filter((path) => path.lastIndexOf('node_modules/') === 0 && existsSync(path));
}

describe('an installation', function () {
  this.timeout(60_000);

  it('for production has at most 380 MB, as the README says', function () {
    if (process.platform !== 'linux' || process.arch !== 'x64') this.skip();
    const [{ files }] = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
    ) as { files: { size: number }[] }[];
    const own = files.reduce((sum, { size }) => sum + onDisk(size), 0);
    const megabytes = [own, ...productionPackages().map(sizeOfFolder)].reduce((sum, bytes) => sum + bytes, 0) / 2 ** 20;
    assert.ok(megabytes > 300 && megabytes <= MOST_MB, `${megabytes.toFixed(1)} MB`);
    const stated = Number(/takes (\d+) MB/.exec(readFileSync('README.md', 'utf8'))?.[1]);
    assert.ok(Math.abs(stated - megabytes) < 5, `the README says ${stated} MB, measured ${megabytes.toFixed(1)}`);
  });

  it('of a checkout gives npm nothing to warn about', () => {
    const { status, stdout, stderr } = spawnSync('npm', ['pkg', 'get', 'name'], { encoding: 'utf8' });
    assert.deepEqual([status, stdout.trim(), stderr], [0, '"nowcast"', '']);
  });
});
