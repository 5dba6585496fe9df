import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { testShares } from '../../scripts/test-shares.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('the shares of the tests', () => {
  const folder = temporaryFolder();

  it('are those that follow a clock, those of commands and all others; every test file is in one of them', () => {
    const realTime = [
      'cli/demo.e2e.js',
      'helpers/paced-camera/paced-camera.integration.js',
      'streaming/sources/video/video.parity.js',
    ];
    const commands = ['cli/demo.test.js', 'package.integration.js'];
    const computing = ['streaming/rtsp/sdp.test.js', 'training/train.integration.js'];
    for (const name of [
      ...realTime,
      ...commands,
      ...computing,
      'helpers/needs.js',
      'cli/demo.e2e.js.map',
      'cli/demo.test.d.ts',
    ]) {
      mkdirSync(dirname(join(folder(), name)), { recursive: true });
      writeFileSync(join(folder(), name), '');
    }
    const shares = testShares(folder());
    assert.deepEqual(
      shares.realTime.files,
      realTime.map((name) => join(folder(), name)),
    );
    assert.deepEqual(
      shares.commands.files,
      commands.map((name) => join(folder(), name)),
    );
    assert.deepEqual(
      shares.computing.files,
      computing.map((name) => join(folder(), name)),
    );
  });
});
