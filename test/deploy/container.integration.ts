import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { stateFile } from '../../src/app/paths.js';
import type { Answer } from '../../src/streaming/http/answer.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { startFeed } from '../streaming/feed/feed-harness.js';

const DOCKERFILE = 'deploy/docker/Dockerfile';
const COMPOSE = 'deploy/docker/compose.yaml';
const LINTER = resolve('node_modules/.bin/dockerfile-utils');
const TLS = 'test/fixtures/field/tls/first';

type Service = {
  readonly build: { readonly context: string; readonly dockerfile: string };
  readonly healthcheck: { readonly test: readonly string[] };
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
  readonly read_only: boolean;
  readonly tmpfs: readonly string[];
};

describe('the files for a container', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const dockerfile = readFileSync(DOCKERFILE, 'utf8').replaceAll('\\\n', '');
  const compose = parse(readFileSync(COMPOSE, 'utf8')) as {
    readonly services: { readonly nowcast: Service };
    readonly volumes: Readonly<Record<string, unknown>>;
  };
  const { nowcast } = compose.services;
  const [, check = ''] = /^HEALTHCHECK .*CMD (\[.*\])$/m.exec(dockerfile) ?? [];
  const command = JSON.parse(check) as string[];
  const [, variables = ''] = /^ENV (.*)$/m.exec(dockerfile) ?? [];
  const env = Object.fromEntries(variables.split(' ').map((pair) => pair.split('=') as [string, string]));

  it('name the same port and the same check', () => {
    assert.deepEqual(['CMD', ...command], nowcast.healthcheck.test);
    assert.deepEqual(nowcast.ports, ['8765:8765']);
    assert.match(dockerfile, /^EXPOSE 8765$/m);
    assert.match(dockerfile, /"--listen", "0\.0\.0\.0:8765"/);
  });

  it('name files and volumes that are there', () => {
    const { context, dockerfile: named } = nowcast.build;
    assert.equal(resolve('deploy/docker', context, named), resolve(DOCKERFILE));
    const copied = [...dockerfile.matchAll(/^COPY (deploy\S+) (\S+\/)$/gm)];
    assert.deepEqual(
      copied.map(([, from, to]) => [existsSync(from), `${to}${from.split('/').at(-1)}`]),
      [[true, command[1]]],
    );
    for (const volume of nowcast.volumes) {
      const [from] = volume.split(':');
      assert.ok(from.startsWith('./') || from in compose.volumes, volume);
    }
  });

  it('keep the state and the cache in the volume, because the rest is read-only', () => {
    assert.equal(nowcast.read_only, true);
    assert.match(dockerfile, /^VOLUME \/data$/m);
    assert.ok(nowcast.volumes.includes('data:/data'));
    assert.match(stateFile('/config/cameras.yaml', env, '/home/node'), /^\/data\/state\/switches-/);
    assert.match(env['NOWCAST_CACHE'], /^\/data\//);
  });

  for (const [scheme, tls] of [
    ['http', undefined],
    ['https', { certPath: `${TLS}-cert.pem`, keyPath: `${TLS}-key.pem` }],
  ] as const)
    it(`check whether /livez answers 200 over ${scheme}`, async () => {
      let status = 200;
      const feed = await startFeed({
        ...(tls !== undefined && { tls }),
        api: {
          settings: { routes: [{ method: 'GET', path: '/livez', role: 'anyone' }] },
          answer: (): Answer => ({ status, body: 'x' }),
          access: { users: [], proxies: { trusted: [] } },
        },
      });
      const { port } = new URL(feed.server.url);
      const run = async (): Promise<number | null> => {
        const [program, script, address] = command;
        assert.equal(program, 'node');
        const words = [script.replace('/usr/local/lib/nowcast', 'deploy/docker'), address.replace('8765', port)];
        const [code] = (await once(spawn(process.execPath, words, { stdio: 'ignore' }), 'close')) as [number | null];
        return code;
      };
      assert.equal(await run(), 0);
      status = 503;
      // An answer is kept for a moment.
      feed.nowMs += 1000;
      assert.equal(await run(), 1);
      await feed.server.close();
      assert.equal(await run(), 1);
    });

  const lint = (path: string): readonly [number | null, string] => {
    const { status, stdout } = spawnSync(LINTER, ['lint', path], { encoding: 'utf8' });
    return [status, stdout];
  };

  itNeeds({ 'dockerfile-utils': existsSync(LINTER) }, 'have no instruction that a linter complains about', () => {
    assert.deepEqual(lint(DOCKERFILE), [0, '']);
    const wrong = join(folder(), 'Dockerfile');
    writeFileSync(wrong, readFileSync(DOCKERFILE, 'utf8').replace('USER node', 'USR node'));
    assert.match(lint(wrong).join(), /^1,[^]*Unknown instruction: USR/);
  });

  const hasCompose = spawnSync('docker', ['compose', 'version'], { stdio: 'ignore' }).status === 0;
  itNeeds({ 'docker compose': hasCompose }, 'have no key that docker compose refuses', () => {
    const { status, stderr } = spawnSync('docker', ['compose', '-f', COMPOSE, 'config', '--quiet'], {
      encoding: 'utf8',
      env: { ...process.env, NOWCAST_FEED_TOKEN: 'x' },
    });
    assert.deepEqual([status, stderr], [0, '']);
  });
});
