import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parse } from 'yaml';
import { hasProgram, itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('the files for a container', function () {
  this.timeout(120_000);
  const dockerfile = readFileSync('deploy/docker/Dockerfile', 'utf8').replaceAll('\\\n', '');
  const compose = parse(readFileSync('deploy/docker/compose.yaml', 'utf8')) as {
    services: { nowcast: { healthcheck: { test: string[] }; ports: string[] } };
  };
  const [, check = ''] = /^HEALTHCHECK .*CMD (\[.*\])$/m.exec(dockerfile) ?? [];
  const command = JSON.parse(check) as string[];

  it('name the same port and the same check', () => {
    assert.deepEqual(['CMD', ...command], compose.services.nowcast.healthcheck.test);
    assert.deepEqual(compose.services.nowcast.ports, ['8765:8765']);
    assert.match(dockerfile, /^EXPOSE 8765$/m);
    assert.match(dockerfile, /"--listen", "0\.0\.0\.0:8765"/);
  });

  it('check whether /livez answers 200', async () => {
    let status = 200;
    const asked: (string | undefined)[] = [];
    const server = createServer(({ url }, response) => {
      asked.push(url);
      response.writeHead(status).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const run = async (): Promise<number | null> => {
      const [program, ...words] = command.map((word) => word.replace('8765', String(port)));
      assert.equal(program, 'node');
      const [code] = (await once(spawn(process.execPath, words, { stdio: 'ignore' }), 'close')) as [number | null];
      return code;
    };
    assert.equal(await run(), 0);
    status = 503;
    assert.equal(await run(), 1);
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    assert.equal(await run(), 1);
    assert.deepEqual(asked, ['/livez', '/livez']);
  });
});

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
