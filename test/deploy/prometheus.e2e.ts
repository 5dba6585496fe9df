import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'yaml';
import { LoggedRun } from '../cli/logged-run.js';
import { model, NEEDS, person } from '../cli/person-run.js';
import { hasProgram, itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';

const RULES = 'deploy/prometheus/rules.yaml';
const PROMTOOL = { promtool: hasProgram('promtool', '--version') };
const PROMETHEUS = { ...PROMTOOL, prometheus: hasProgram('prometheus', '--version') };

function promtool(...args: string[]): void {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  assert.equal(status, 0, `${stdout}${stderr}`);
}

/** The expressions of the board, with its variables filled in. */
function expressionsOfBoard(): string[] {
  const { panels } = JSON.parse(readFileSync('deploy/grafana/nowcast.json', 'utf8')) as {
    panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
  };
  return panels.flatMap(({ targets }) =>
    targets.map(({ expr }) => expr.replaceAll(/\$(?:instance|camera)\b/g, '.*').replaceAll('$__rate_interval', '10s')),
  );
}

describe('Prometheus', function () {
  this.timeout(180_000);
  const folder = temporaryFolder();

  itNeeds(PROMTOOL, 'takes the rules and the configuration, and the rules fire when they should and not else', () => {
    promtool('check', 'rules', RULES);
    promtool('check', 'config', 'deploy/prometheus/prometheus.yaml');
    promtool('test', 'rules', 'test/deploy/rules-test.yaml');
  });

  itNeeds(
    { ...NEEDS, ...PROMETHEUS },
    'scrapes a service, whose frames all have one outcome, and has every number that rules and board ask for',
    async () => {
      writeFileSync(
        join(folder(), 'cameras.yaml'),
        JSON.stringify({
          cameras: {
            one: { source: person },
            two: { source: person },
            gone: { source: { detect: 'rtsp://127.0.0.1:9/x', record: 'rtsp://127.0.0.1:9/y' } },
          },
          record: { folder: 'video' },
          model: { path: model, provider: 'cpu', labels: 'coco' },
          detect: { budget: '100ms' },
          mqtt: { host: '127.0.0.1', port: 9 },
          http: { users: { prometheus: { token: 'scrape-me' } } },
        }),
      );
      const service = new LoggedRun(['serve', '-c', 'cameras.yaml', '--listen', '0'], folder());
      const { host } = new URL(await service.finds(/service: (http:\S+)/));
      const port = await freePort();
      copyFileSync(RULES, join(folder(), 'rules.yaml'));
      const config = parse(readFileSync('deploy/prometheus/prometheus.yaml', 'utf8')) as {
        scrape_configs: readonly object[];
      };
      writeFileSync(
        join(folder(), 'prometheus.yaml'),
        JSON.stringify({
          ...config,
          global: { scrape_interval: '1s', evaluation_interval: '1s' },
          scrape_configs: config.scrape_configs.map((scrape) => ({
            ...scrape,
            static_configs: [{ targets: [host] }],
            basic_auth: { username: 'anyone', password: 'scrape-me' },
          })),
        }),
      );
      const prometheus = spawn(
        'prometheus',
        [
          `--config.file=${join(folder(), 'prometheus.yaml')}`,
          `--storage.tsdb.path=${join(folder(), 'data')}`,
          `--web.listen-address=127.0.0.1:${port}`,
        ],
        { stdio: ['ignore', 'ignore', 'pipe'] },
      );
      let log = '';
      const isReady = new Promise<void>((resolve) => {
        prometheus.stderr.on('data', (data: Buffer) => {
          log += data.toString();
          if (log.includes('Server is ready to receive web requests')) resolve();
        });
        prometheus.once('exit', () => resolve());
      });
      try {
        await isReady;
        const ask = async <T>(path: string): Promise<T> => {
          const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
          const { status, data, error } = (await answer.json()) as { status: string; data: T; error?: string };
          assert.equal(status, 'success', `${path}: ${error}`);
          return data;
        };
        const query = async (expression: string): Promise<readonly (readonly [unknown, string])[]> =>
          (
            await ask<{ result: readonly { readonly value: readonly [unknown, string] }[] }>(
              `query?query=${encodeURIComponent(expression)}`,
            )
          ).result.map(({ value }) => value);
        const number = async (expression: string): Promise<number> => Number((await query(expression))[0]?.[1] ?? 0);
        // Enough scrapes for rates, while frames come.
        const scrapes = 'min(count_over_time(camera:nowcast_frames_unaccounted[5m]))';
        while ((await number('sum(nowcast_percepts_total)')) < 30 || (await number(scrapes)) < 5) await pause(500);
        assert.equal(await number('count(camera:nowcast_frames_unaccounted)'), 3);
        for (const worst of ['max(max_over_time', 'min(min_over_time'])
          assert.deepEqual(
            (await query(`${worst}(camera:nowcast_frames_unaccounted[5m]))`)).map(([, value]) => value),
            ['0'],
          );
        const { groups } = await ask<{ groups: readonly { readonly rules: readonly Rule[] }[] }>('rules');
        const rules = groups.flatMap((group) => group.rules);
        assert.ok(rules.length > 10);
        for (const { name, health, lastError } of rules) assert.equal(health, 'ok', `${name}: ${lastError}`);
        const board = expressionsOfBoard();
        for (const expression of board) await query(expression);
        const names = new Set([...board, ...rules.map((rule) => rule.query)].join('\n').match(/\bnowcast_\w+/g));
        for (const name of names)
          if (!/^nowcast_(within_budget|dropped|(record_)?frames_unaccounted)$/.test(name))
            assert.ok((await number(`count({__name__="${name}"})`)) > 0, name);
      } finally {
        prometheus.kill('SIGKILL');
        await service.interrupt();
      }
    },
  );
});

type Rule = {
  readonly name: string;
  readonly health: string;
  readonly query: string;
  readonly lastError?: string;
};

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
