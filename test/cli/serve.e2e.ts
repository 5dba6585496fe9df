import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import sharp from 'sharp';
import { askUntil } from '../helpers/ask-until.js';
import type { RunSummary } from '../../src/app/run/summary.js';
import { clipFolder, pattern } from '../helpers/clips.js';
import { nowcast } from '../helpers/command.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { LoggedRun } from './logged-run.js';
import { model, NEEDS, person } from './person-run.js';

type Camera = {
  readonly name: string;
  readonly source: string;
  readonly isUp: boolean;
  readonly state: string;
  readonly received: number;
  readonly percepts: number;
};

type Media = { readonly schema?: object };

describe('nowcast serve', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const clips = clipFolder();
  let running: LoggedRun | undefined;
  afterEach(() => running?.interrupt());

  const start = async (
    config: object,
    ...flags: string[]
  ): Promise<{ run: LoggedRun; get(path: string, options?: RequestInit): Promise<Response> }> => {
    writeFileSync(
      join(folder(), 'cameras.yaml'),
      JSON.stringify({ model: { path: model, provider: 'cpu', labels: 'coco' }, ...config }),
    );
    const run = new LoggedRun(['serve', '-c', 'cameras.yaml', '--listen', '0', '--json', ...flags], folder());
    running = run;
    const url = await run.finds(/service: (http:\S+)/);
    return { run, get: (path, options) => fetch(new URL(path, url), options) };
  };

  itNeeds(NEEDS, 'answers for its cameras, whatever becomes of each, and ends at a signal with a summary', async () => {
    const short = clips.make(...pattern('320x240', 10, 1), '-c:v', 'mpeg4', 'short.mp4');
    const { run, get } = await start({
      cameras: { front: { source: person }, gone: { source: 'rtsp://127.0.0.1:9/x' }, short: { source: short } },
    });
    const cameras = async (): Promise<readonly Camera[]> =>
      ((await (await get('/api/cameras')).json()) as { cameras: readonly Camera[] }).cameras;
    const [front, gone, ended] = await askUntil(
      cameras,
      ([one, , three]) => one.percepts > 0 && three.state === 'ended',
    );
    assert.deepEqual([front.isUp, gone.isUp, ended.isUp], [true, false, false]);
    assert.deepEqual([gone.percepts, ended.received], [0, 10]);
    assert.equal((await get('/livez')).status, 200);
    assert.equal((await get('/readyz')).status, 200);
    const words = await (await get('/readyz?verbose')).text();
    assert.match(words, /^\[\+\] camera front: streaming/m);
    assert.match(words, /^\[-\] camera gone: (connecting|reconnecting) for /m);
    assert.match(words, /^\[-\] camera short: ended for /m);
    assert.equal((await get('/api/cameras/front/health')).status, 200);
    assert.equal((await get('/api/cameras/gone/health')).status, 503);
    const picture = await get('/api/cameras/front/latest.jpg');
    assert.deepEqual([picture.status, picture.headers.get('content-type')], [200, 'image/jpeg']);
    const { width, height } = await sharp(Buffer.from(await picture.arrayBuffer())).metadata();
    assert.deepEqual([width, height], [768, 432]);
    assert.equal((await get('/api/cameras/gone/latest.jpg')).status, 503);
    for (const path of ['/api/cameras/nobody', '/api/cameras/__proto__', '/api/x', '/api'])
      assert.equal((await get(path)).status, 404, path);
    const { code, stdout } = await run.interrupt();
    assert.equal(code, 130);
    const summary = JSON.parse(stdout) as RunSummary;
    assert.ok(summary.streams['front'].percepts > 0);
    assert.equal(summary.streams['short'].received, 10);
  });

  itNeeds(NEEDS, 'states numbers that add up in each scrape, with the budget among the boundaries', async () => {
    const { get } = await start({ cameras: { front: { source: person } }, detect: { budget: '123ms' } });
    const scrape = async (): Promise<string> => (await get('/metrics')).text();
    const value = (text: string, name: string): number =>
      [...text.matchAll(new RegExp(`^${name}\\{camera="front".*\\} (\\S+)$`, 'gm'))].reduce(
        (sum, [, number]) => sum + Number(number),
        0,
      );
    for (let last = 0; last < 5;) {
      const text = await scrape();
      last = value(text, 'nowcast_percepts_total');
      assert.equal(
        value(text, 'nowcast_frames_received_total'),
        last + value(text, 'nowcast_frames_dropped_total') + value(text, 'nowcast_frames_in_flight'),
        text,
      );
      assert.equal(value(text, 'nowcast_percept_latency_seconds_count'), last);
      assert.match(text, /nowcast_percept_latency_seconds_bucket\{le="0\.123",camera="front"\}/);
    }
    assert.equal(value(await scrape(), 'nowcast_camera_up'), 1);
  });

  itNeeds(NEEDS, 'goes on when all sources have ended', async () => {
    const short = clips.make(...pattern('320x240', 10, 1), '-c:v', 'mpeg4', 'short.mp4');
    const { run, get } = await start({ cameras: { short: { source: short } } });
    await run.says('every source has ended');
    assert.equal((await get('/livez')).status, 200);
  });

  itNeeds(NEEDS, 'shows secrets of an address nowhere', async () => {
    const { get } = await start({
      cameras: { cam: { source: 'rtsp://admin:hunter2secret@127.0.0.1:9/key-abcdef123' } },
    });
    for (const path of ['/api/config', '/api/cameras', '/api/stats', '/readyz?verbose', '/metrics']) {
      const text = await (await get(path)).text();
      assert.doesNotMatch(text, /hunter2secret|abcdef123/, path);
    }
  });

  itNeeds(NEEDS, 'listens on 127.0.0.1:8765 where neither the file nor a flag says otherwise', async () => {
    writeFileSync(join(folder(), 'cameras.yaml'), JSON.stringify({ cameras: { front: { source: person } } }));
    const { stderr } = await nowcast(['serve', '-c', 'cameras.yaml', '--model', model, '--duration', '1s'], {
      cwd: folder(),
    });
    // Another program may have the port.
    assert.match(stderr, /service: http:\/\/127\.0\.0\.1:8765\/|port 8765/);
  });

  it('shows without a camera three drives, whose objects start to be followed', async () => {
    const run = new LoggedRun(['serve', '--demo', '--listen', '0', '--json', '--provider', 'cpu'], folder());
    running = run;
    const url = await run.finds(/service: (http:\S+)/);
    const events = async (): Promise<readonly object[]> =>
      ((await (await fetch(new URL('/api/events', url))).json()) as { events: readonly object[] }).events;
    await askUntil(events, (found) => found.length > 0);
    const { code, stdout } = await run.interrupt();
    assert.equal(code, 130);
    const { streams } = JSON.parse(stdout) as RunSummary;
    assert.deepEqual(Object.keys(streams), ['market', 'harbour', 'station']);
    assert.ok(Object.values(streams).every(({ scene }) => scene !== undefined));
  });

  it('names what is wrong with --listen, and with --demo beside cameras', async () => {
    const listen = await nowcast(['serve', 'demo:', '--listen', 'nowhere']);
    assert.equal(listen.code, 2);
    assert.match(listen.stderr, /^nowcast: --listen is "nowhere"; it must be PORT or HOST:PORT/);
    const both = await nowcast(['serve', '--demo', 'demo:7']);
    assert.equal(both.code, 2);
    assert.match(both.stderr, /--demo brings cameras of its own/);
  });

  itNeeds(NEEDS, 'ends, and says why, if it cannot keep its videos in their folder', async () => {
    writeFileSync(join(folder(), 'file'), '');
    const config = { cameras: { front: { source: person, objects: {} } }, clips: { folder: 'file' } };
    writeFileSync(join(folder(), 'cameras.yaml'), JSON.stringify(config));
    const { code, stderr } = await nowcast(
      ['serve', '-c', 'cameras.yaml', '--model', model, '--listen', '0', '--provider', 'cpu'],
      { cwd: folder() },
    );
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^nowcast: cameras\.yaml:1: clips\.folder: cannot write .*file: a part of its path is a file, not a folder$/m,
    );
  });

  itNeeds(NEEDS, 'describes its answers, gives them by role, and says if it is open to everyone', async () => {
    const users = { vera: { token: 'of vera' }, ada: { role: 'admin', token: 'of ada' } };
    const { run, get } = await start({
      cameras: { front: { source: person } },
      http: { users },
      metrics: { auth: 'none' },
    });
    const as = (name: string) => ({ headers: { authorization: `Bearer of ${name}` } });
    assert.equal((await get('/api/stats')).status, 401);
    assert.equal((await get('/livez')).status, 200);
    assert.equal((await get('/metrics')).status, 200);
    assert.equal((await get('/api/config', as('vera'))).status, 403);
    const config = await (await get('/api/config', as('ada'))).text();
    assert.doesNotMatch(config, /of (vera|ada)/);
    const cameras = async () =>
      (await (await get('/api/cameras', as('vera'))).json()) as { cameras: readonly Camera[] };
    await askUntil(cameras, ({ cameras: [front] }) => front.percepts > 0);
    const picture = await get('/api/front/latest.jpg?boxes=1&height=216', as('vera'));
    const { width, height } = await sharp(Buffer.from(await picture.arrayBuffer())).metadata();
    assert.deepEqual([width, height], [384, 216]);
    const { paths } = (await (await get('/api/openapi.json', as('vera'))).json()) as {
      paths: Record<string, Record<string, { responses: Record<string, { content: Record<string, Media> }> }>>;
    };
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, formats: { 'date-time': true } });
    let compared = 0;
    for (const [path, { get: operation }] of Object.entries(paths)) {
      const schema = operation?.responses['200'].content['application/json']?.schema;
      if (schema === undefined || path.includes('{id}')) continue;
      const answer: unknown = await (await get(path.replace('{camera}', 'front'), as('ada'))).json();
      assert.ok(ajv.validate(schema, answer), `${path}: ${JSON.stringify(ajv.errors)}`);
      compared += 1;
    }
    assert.ok(compared >= 7, String(compared));
    await run.interrupt();
    writeFileSync(join(folder(), 'open.yaml'), JSON.stringify({ http: { auth: 'none' } }));
    const open = new LoggedRun(
      ['serve', 'demo:', '-c', 'open.yaml', '--listen', '0.0.0.0:0', '--model', model],
      folder(),
    );
    running = open;
    await open.says('everyone who reaches this address may watch and control the service');
  });

  it('is not open to other machines without a token', async () => {
    const { code, stderr } = await nowcast(['serve', 'demo:', '--listen', '0.0.0.0:0']);
    assert.equal(code, 2);
    assert.match(stderr, /open to everyone who reaches 0\.0\.0\.0; set http\.users, feed\.token/);
  });
});
