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

  async function run(
    path: string,
    ...flags: string[]
  ): Promise<{ code: number | null; summary: RunSummary; stderr: string }> {
    copyFileSync(join(FIELD, path), join(folder(), 'input.ts'));
    const args = ['run', 'input.ts', '--model', model, '--labels', 'coco', '--provider', 'cpu', '--offline', '--json'];
    const { code, stdout, stderr } = await nowcast([...args, ...flags], within(folder()));
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

  itNeeds(NEEDS, 'exits with 1 where nothing was detected on, as on a JPEG that lacks its second half', async () => {
    const { code, summary, stderr } = await run(join('damaged-picture-exit-0', 'cut_half.jpg'));
    assert.deepEqual([code, summary.total.percepts], [1, 0], stderr);
    assert.match(stderr, /nothing was detected: 1 of 1 frames were damaged/);
  });
});
