import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { nowcastInShell, type CommandResult } from '../helpers/command.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { within } from './person-run.js';

const PICTURE = resolve('test/fixtures/field/eval-offline/pics');
const NEEDS = { '/dev/full': existsSync('/dev/full') };

describe('a shortage of the machine', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  /** Runs a line of the shell in which $N is a run on pictures. */
  const shell = (line: string): Promise<CommandResult> =>
    nowcastInShell(line, ['run', PICTURE, '--provider', 'cpu', '--offline', '--json'], within(folder()));

  for (const limit of [64, 128])
    it(`of file descriptors, ${limit} of them, is refused before anything is opened, with the remedy`, async () => {
      const { code, stderr } = await shell(`ulimit -n ${limit}; exec $N`);
      assert.equal(code, 2, stderr);
      assert.match(stderr, new RegExp(`^nowcast: this process may open ${limit} files .*ulimit -n 1024`));
    });

  itNeeds(NEEDS, 'of space under the log costs the log, not the run', async () => {
    const { code, stdout } = await shell('$N 2> /dev/full');
    assert.equal(code, 0);
    assert.ok((JSON.parse(stdout) as { total: { percepts: number } }).total.percepts > 0);
  });

  itNeeds(NEEDS, 'of space under the result is an error without a stack', async () => {
    const { code, stderr } = await shell('$N > /dev/full');
    assert.equal(code, 1);
    assert.match(stderr, /^nowcast: cannot write to standard output: the disk is full; free some space$/m);
    assert.doesNotMatch(stderr, /\n\s+at /);
  });

  it('of standard streams is none: a run without any of them succeeds', async () => {
    for (const line of ['$N 2>&-', '$N >&- 2>&- <&-']) assert.equal((await shell(line)).code, 0, line);
  });

  it('of a current folder is an error without a stack', async () => {
    const gone = resolve(folder(), 'gone');
    mkdirSync(gone);
    const { code, stderr } = await shell(`cd ${gone}; rmdir ${gone}; exec $N`);
    assert.equal(code, 1);
    assert.equal(stderr, 'nowcast: the current folder is gone; change to another one first\n');
  });
});
