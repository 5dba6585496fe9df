import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasProgram, itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('the unit of systemd', function () {
  this.timeout(120_000);
  const unit = readFileSync('deploy/systemd/nowcast.service', 'utf8');
  const folder = temporaryFolder();

  it('takes reports from a child process, and ends a service that reports nothing', () => {
    for (const line of ['Type=notify', 'NotifyAccess=all', 'WatchdogSec=30', 'Restart=always'])
      assert.ok(unit.split('\n').includes(line), line);
  });

  itNeeds(
    { 'systemd-analyze': hasProgram('systemd-analyze', '--version') },
    'has no line that systemd complains about',
    () => {
      const path = join(folder(), 'nowcast.service');
      // The program need not be installed here.
      writeFileSync(path, unit.replace('/usr/local/bin/nowcast', process.execPath));
      const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' });
      assert.deepEqual([status, stdout + stderr], [0, '']);
    },
  );
});
