import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { monotonicClock } from '../../../src/app/clock.js';
import { createFeedServer, type FeedServer, type FeedServerOptions } from '../../../src/streaming/feed/feed-server.js';
import { children, HAS_PROC, until } from '../../helpers/processes.js';
import { CLASSES, detectionOf, perceptOf } from '../events.js';
import { connect, TestClient, type Message } from '../feed/feed-harness.js';

const INDEX = new URL('../../../src/index.js', import.meta.url).href;
/** About 100 kB of JSON. */
const crowd = Array.from({ length: 1000 }, (_, i) => detectionOf(i % 3, i / 1000));

describe("the server's process", function () {
  this.timeout(60_000);
  let server: FeedServer;
  let warnings: string[];
  const open = async (options: Partial<FeedServerOptions> = {}): Promise<FeedServer> => {
    warnings = [];
    server = await createFeedServer({
      port: 0,
      streams: ['cam'],
      classes: CLASSES,
      clock: monotonicClock,
      wallClock: monotonicClock,
      onWarning: (warning) => warnings.push(warning),
      ...options,
    });
    return server;
  };
  afterEach(() => server.close());

  before(function () {
    if (!HAS_PROC) this.skip();
  });

  const serverPid = (before: readonly number[]): number => {
    const [pid, ...others] = children().filter((child) => !before.includes(child));
    assert.deepEqual(others, []);
    return pid;
  };

  it('serves at a lower priority than the pipeline, and without its environment', async () => {
    const before = children();
    process.env['SERVER_PROCESS_TEST'] = 'camera-password';
    try {
      await open();
    } finally {
      delete process.env['SERVER_PROCESS_TEST'];
    }
    const pid = serverPid(before);
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    assert.ok(Number(fields.split(' ')[16]) > 0, fields);
    assert.equal(readFileSync(`/proc/${pid}/environ`, 'utf8').includes('camera-password'), false);
    await server.close();
    assert.deepEqual(children(), before);
  });

  it('is started again at the same port when it dies, with the state that a client gets first', async () => {
    const before = children();
    await open();
    server.publish({ type: 'status', streamId: 'cam', atMs: 0, state: 'streaming' });
    const client = await connect(server);
    assert.equal(server.clientCount, 1);
    process.kill(serverPid(before), 'SIGKILL');
    assert.equal((await client.closed).code, 1006);
    await until(() => server.clientCount === 0);
    server.publish(perceptOf(1));
    await until(() => warnings.length === 2);
    assert.match(warnings.join('\n'), /process was lost .* the run goes on: SIGKILL\nfeed: it serves port \d+ again/);
    const again = await connect(server);
    assert.equal((await again.until(({ type }) => type === 'status'))['state'], 'streaming');
    server.publish(perceptOf(2));
    assert.equal((await again.until(({ type }) => type === 'percept'))['seq'], 2);
  });

  it('delays nobody while it is stopped: the newest result waits, the others are counted', async () => {
    const before = children();
    await open();
    const client = await connect(server);
    const pid = serverPid(before);
    process.kill(pid, 'SIGSTOP');
    const rssBytes = process.memoryUsage.rss();
    const published = 500;
    for (let seq = 0; seq < published; seq++) {
      server.publish(perceptOf(seq, { detections: crowd }));
      if (seq % 50 === 0) await pause(0);
    }
    const grownBytes = process.memoryUsage.rss() - rssBytes;
    assert.ok(grownBytes < (published * 100_000) / 2 + 64e6, `grew by ${grownBytes} bytes`);
    process.kill(pid, 'SIGCONT');
    const last = await client.until(({ seq }) => seq === published - 1);
    assert.ok(Number(last['missed']) > 0);
    const received = client.ofType('percept');
    const missed = (message: Message): number => Number(message['missed'] ?? 0);
    assert.equal(
      received.reduce((sum, message) => sum + 1 + missed(message), 0),
      published,
    );
    assert.deepEqual(warnings, []);
  });

  it('ends with its parent, even if that is killed', async () => {
    await open();
    const parent = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { createFeedServer, monotonicClock as clock } from '${INDEX}';
        const feed = await createFeedServer({ port: 0, streams: ['cam'], classes: [], clock, wallClock: clock });
        console.log(feed.url);`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [url] = (await once(parent.stdout, 'data')) as [Buffer];
    const client = new TestClient(String(url).trim());
    await client.until(({ type }) => type === 'hello');
    const [pid] = children(parent.pid);
    parent.kill('SIGKILL');
    await client.closed;
    await until(() => !isAlive(pid));
  });

  it('serves a program that is CommonJS', async () => {
    await open();
    const program = spawn(
      process.execPath,
      [
        '--no-warnings',
        '--eval',
        `const { createFeedServer, monotonicClock: clock } = require('${fileURLToPath(INDEX)}');
        createFeedServer({ port: 0, streams: ['cam'], classes: [], clock, wallClock: clock })
          .then(async (feed) => { console.log((await fetch(feed.url.replace('ws', 'http'))).status); await feed.close(); });`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [[status], [code]] = (await Promise.all([once(program.stdout, 'data'), once(program, 'close')])) as [
      [Buffer],
      [number],
    ];
    assert.equal(String(status).trim(), '200');
    assert.equal(code, 0);
  });
});

function isAlive(pid: number): boolean {
  try {
    // A dead process that nobody reaped is dead.
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
