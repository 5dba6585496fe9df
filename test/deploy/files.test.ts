import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

describe('the files for a container', () => {
  const dockerfile = readFileSync('deploy/docker/Dockerfile', 'utf8').replaceAll('\\\n', '');
  const compose = parse(readFileSync('deploy/docker/compose.yaml', 'utf8')) as {
    services: { nowcast: { healthcheck: { test: string[] }; environment: object; ports: string[] } };
  };

  it('check health by the same command, which ends with 1 where nothing answers', () => {
    const [, command = ''] = /^HEALTHCHECK .*CMD (\[.*\])$/m.exec(dockerfile) ?? [];
    assert.deepEqual(['CMD', ...(JSON.parse(command) as string[])], compose.services.nowcast.healthcheck.test);
  });

  it('name the same port', () => {
    assert.deepEqual(compose.services.nowcast.ports, ['8765:8765']);
    assert.match(dockerfile, /^EXPOSE 8765$/m);
    assert.match(dockerfile, /"--listen", "0\.0\.0\.0:8765"/);
  });
});

describe('the unit of systemd', () => {
  const unit = readFileSync('deploy/systemd/nowcast.service', 'utf8');

  it('takes reports from a child process, and ends a service that reports nothing', () => {
    for (const line of ['Type=notify', 'NotifyAccess=all', 'WatchdogSec=30', 'Restart=always'])
      assert.ok(unit.split('\n').includes(line), line);
  });
});
