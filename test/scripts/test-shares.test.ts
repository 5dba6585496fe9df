import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { testShares } from '../../scripts/test-shares.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('the shares of the tests', () => {
  const folder = temporaryFolder();
  const write = (names: readonly string[]): void => {
    for (const name of names) {
      mkdirSync(dirname(join(folder(), name)), { recursive: true });
      writeFileSync(join(folder(), name), '');
    }
  };

  it('are one of those that follow a clock, and small ones of all others: long, short, and unit tests', () => {
    const realTime = [
      'cli/demo.e2e.js',
      'helpers/paced-camera/paced-camera.integration.js',
      'streaming/sources/camera/camera.integration.js',
    ];
    const long = ['training/train.integration.js', 'streaming/sources/video/video.parity.js', 'cli/run.e2e.js'];
    const short = ['model/net.parity.js', 'package.integration.js'];
    const units = ['cli/demo.test.js', 'streaming/rtsp/sdp.test.js'];
    write([...realTime, ...long, ...short, ...units, 'helpers/needs.js', 'cli/demo.e2e.js.map', 'cli/demo.test.d.ts']);
    const shares = testShares(folder());
    const paths = (names: readonly string[]): string[] => names.map((name) => join(folder(), name));
    assert.deepEqual(shares.realTime.files, paths(realTime));
    assert.deepEqual(
      shares.others.map(({ files }) => files),
      [long, short, units].map(paths),
    );
  });

  it('have every test file once, however many there are', () => {
    const names = Array.from({ length: 150 }, (_, i) => [`core/${i}.test.js`, `model/${i}.parity.js`]).flat();
    write(names);
    const { realTime, others } = testShares(folder());
    assert.deepEqual(realTime.files, []);
    assert.deepEqual(others.flatMap(({ files }) => files).sort(), names.map((name) => join(folder(), name)).sort());
    assert.ok(others.every(({ files }) => files.length > 0 && files.length <= 130));
  });
});
