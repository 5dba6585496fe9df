import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPacked, type PackedPackage } from '../helpers/packed-package.js';

const GUIDE = readFileSync('docs/library.md', 'utf8');
const PROGRAMS = ['docs/library.md', 'docs/synthetic-world.md'].flatMap((page) =>
  [...readFileSync(page, 'utf8').matchAll(/```js\n([^]*?)```/g)].map(([, code]) => ({ page, code })),
);

describe('the programs of the guides', function () {
  this.timeout(120_000);
  let installed: PackedPackage;

  before(() => {
    installed = installPacked();
  });
  after(() => installed.remove());

  const PRINTS = [/^\d+ \[/m, /^status\npercept\n$/, /^\d+ (person|car|truck|bus|traffic light) \{ x1: \d/m];
  it('are complete in this list', () => assert.equal(PROGRAMS.length, PRINTS.length));

  PROGRAMS.forEach(({ page, code }, i) => {
    const [, firstImport] = /^import (.*)/m.exec(code) ?? [];
    it(`${page} runs unchanged: ${firstImport}`, () => {
      writeFileSync(join(installed.folder, `snippet-${i}.mjs`), code);
      const { status, stdout, stderr } = spawnSync(process.execPath, [`snippet-${i}.mjs`], {
        cwd: installed.folder,
        encoding: 'utf8',
        env: { ...process.env, NOWCAST_CACHE: join(installed.folder, 'cache') },
      });
      assert.equal(status, 0, stderr);
      assert.equal(stderr, '');
      assert.match(stdout, PRINTS[i]);
    });
  });

  it('uses only exported names', async () => {
    const names = new Set(Object.keys(await import('../../src/index.js')));
    const used = [
      ...GUIDE.matchAll(
        /`(createPipeline|openDetector|openSource|pushSource|defineDetector|toSource|writeTo|DetectorFailedError|ExtensionError|monotonicClock)\b/g,
      ),
    ].map(([, name]) => name);
    assert.ok(used.length > 8);
    assert.deepEqual(
      used.filter((name) => !names.has(name)),
      [],
    );
  });
});
