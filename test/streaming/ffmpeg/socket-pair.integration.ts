import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { itNeeds } from '../../helpers/needs.js';

describe('a connection to ffmpeg', function () {
  this.timeout(30_000);

  itNeeds(
    { Linux: process.platform === 'linux' },
    'fails with the reason where descriptors run out, whichever of its own they reach, and leaves none open',
    () => {
      const script = resolve('dist/test/streaming/ffmpeg/socket-pair-shortage.js');
      const output = execFileSync('bash', ['-c', `ulimit -n 60; exec ${process.execPath} ${script}`], {
        encoding: 'utf8',
        timeout: 20_000,
      });
      const lines = output.trim().split('\n');
      assert.equal(lines.pop(), 'left 0', output);
      assert.equal(lines.length, 7, output);
      assert.match(lines[0], /EMFILE/);
      assert.equal(lines.at(-1), '6 opened');
      assert.ok(
        lines.every((line) => line.endsWith('opened') || line.includes('EMFILE')),
        output,
      );
    },
  );
});
