import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { testHalves } from '../../scripts/test-halves.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('the halves of the tests', () => {
  const folder = temporaryFolder();

  it('are those that follow a clock and all others; every test file is in one of them', () => {
    const realTime = [
      'cli/demo.e2e.js',
      'helpers/paced-camera/paced-camera.integration.js',
      'streaming/sources/video/video.parity.js',
    ];
    const computing = [
      'cli/demo.test.js',
      'package.integration.js',
      'streaming/rtsp/sdp.test.js',
      'training/train.integration.js',
    ];
    for (const name of [...realTime, ...computing, 'helpers/needs.js', 'cli/demo.e2e.js.map', 'cli/demo.test.d.ts']) {
      mkdirSync(dirname(join(folder(), name)), { recursive: true });
      writeFileSync(join(folder(), name), '');
    }
    const halves = testHalves(folder());
    assert.deepEqual(
      halves.realTime.files,
      realTime.map((name) => join(folder(), name)),
    );
    assert.deepEqual(
      halves.computing.files,
      computing.map((name) => join(folder(), name)),
    );
  });
});
