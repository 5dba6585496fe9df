import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nowcast, type CommandResult } from '../helpers/command.js';
import { itNeeds } from '../helpers/needs.js';
import { NEEDS_SANDBOX, NO_NAMESPACES } from '../helpers/sandbox.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { within } from './person-run.js';

/** 50 pictures. */
const CLIP = resolve('test/fixtures/field/http-sources/fast.mp4');

describe("nowcast run and ffmpeg's sandbox", function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  const play = (sandbox: string, inside: readonly string[], ...more: string[]): Promise<CommandResult> => {
    const { env, cwd } = within(folder());
    const config = join(folder(), 'config.yaml');
    writeFileSync(config, `ffmpeg: {sandbox: ${sandbox}}\n`);
    return nowcast(['run', CLIP, '-c', config, '--offline', '--provider', 'cpu', ...more], { env, cwd, inside });
  };

  itNeeds(NEEDS_SANDBOX, 'plays a file in the sandbox, if it is required and the system allows it', async () => {
    const { code, stdout, stderr } = await play('required', []);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^50 percepts of 50 frames in /m);
  });

  itNeeds(NEEDS_SANDBOX, 'refuses to start if it is required and the system refuses it, with the remedy', async () => {
    const { code, stdout, stderr } = await play('required', NO_NAMESPACES);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(
      stderr,
      /^nowcast: \S+config\.yaml:1: ffmpeg\.sandbox is "required", but files cannot be hidden from \S+ \(unshare: .*\); on Linux, install .*$/m,
    );
  });

  itNeeds(
    NEEDS_SANDBOX,
    'plays a file without it where the system refuses it, and says so at level debug',
    async () => {
      const { code, stdout, stderr } = await play('auto', NO_NAMESPACES);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^50 percepts of 50 frames in /m);
      assert.doesNotMatch(stderr, /unshare|sandbox/);
      assert.match(
        (await play('auto', NO_NAMESPACES, '--verbose')).stderr,
        /"level":"debug".*"ffmpeg's sandbox: files cannot be hidden/,
      );
    },
  );
});
