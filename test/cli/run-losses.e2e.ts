import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunSummary } from '../../src/app/run/summary.js';
import { nowcast } from '../helpers/command.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { model, NEEDS, within } from './person-run.js';

const FIELD = join('test', 'fixtures', 'field');

describe('nowcast run on damaged pictures', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  function start(path: string, ...flags: string[]): ReturnType<typeof nowcast> {
    copyFileSync(join(FIELD, path), join(folder(), 'input.ts'));
    const args = ['run', 'input.ts', '--model', model, '--labels', 'coco', '--provider', 'cpu', '--offline', '--json'];
    return nowcast([...args, ...flags], within(folder()));
  }

  async function run(
    ...args: Parameters<typeof start>
  ): Promise<{ code: number | null; summary: RunSummary; stderr: string }> {
    const { code, stdout, stderr } = await start(...args);
    return { code, summary: JSON.parse(stdout) as RunSummary, stderr };
  }

  itNeeds(NEEDS, 'counts them among the problems, and exits with 1 where --strict is set', async () => {
    const path = join('ts-one-lost-packet', 'g12_lost1.mpegts');
    const lax = await run(path);
    assert.deepEqual([lax.code, lax.summary.total.percepts], [0, 88], lax.stderr);
    assert.deepEqual(lax.summary.problems, ['12 of 100 frames were damaged (dropped as corrupt)']);
    const strict = await run(path, '--strict');
    assert.deepEqual([strict.code, strict.summary.problems], [1, lax.summary.problems], strict.stderr);
    assert.match(strict.stderr, /12 of 100 frames were damaged/);
  });

  itNeeds(NEEDS, 'exits with 1 where the only picture lacks its second half, and says so', async () => {
    const { code, stderr } = await start(join('damaged-picture-exit-0', 'cut_half.jpg'));
    assert.equal(code, 1, stderr);
    assert.match(stderr, /the file is cut off: 64 % of its rows are missing/);
    assert.match(stderr, /1 picture of 1 cannot be read/);
  });
});
