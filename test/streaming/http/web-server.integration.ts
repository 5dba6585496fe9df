import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { perceptOf } from '../events.js';
import { connect, refusalOf, startFeed, TestClient, type FeedHarness } from '../feed/feed-harness.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const UPGRADE =
  'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';
const PONG = Buffer.from([0x8a, 0x80, 1, 2, 3, 4]);

/** Writes once. @returns everything that the server answered until it ended the connection */
async function answerTo(socket: Socket, bytes: Buffer | string): Promise<string> {
  let answered = '';
  socket.on('data', (data) => (answered += data.toString('latin1')));
  const closed = closeOf(socket);
  socket.write(bytes);
  await closed;
  return answered;
}

/** Writes for ever. Resolves when the server has ended the connection, with or without an answer. */
async function pour(socket: Socket, bytes: Buffer): Promise<void> {
  const write = (): void => {
    while (!socket.destroyed && socket.write(bytes));
  };
  socket.resume().on('drain', write);
  const closed = closeOf(socket);
  write();
  await closed;
}

function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
  });
}

describe('limits of the server', () => {
  let feed: FeedHarness;
  const start = async (options?: Parameters<typeof startFeed>[0]): Promise<FeedHarness> =>
    (feed = await startFeed(options));
  const raw = (): Socket => connectTcp(feed.server.port, '127.0.0.1').on('error', () => undefined);
  /** So many seconds that files are looked at again. */
  const look = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) {
      feed.tick();
      await turn();
    }
  };
  afterEach(() => feed.server.close());

  it('ends a connection that sends requests before their answers, and serves the others', async () => {
    const { server } = await start();
    const watching = await connect(server);
    for (const path of ['/', '/schema', '/nothing'])
      assert.match(
        await answerTo(raw(), `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(50)),
        /HTTP\/1\.1 429[^]*more than 16 requests/,
      );
    server.publish(perceptOf(1));
    await watching.until(({ type }) => type === 'percept');
    assert.match(feed.warnings[0] ?? '', /^feed: refused 127\.0\.0\.1 \(more than 16 requests of one connection/);
    assert.equal(feed.warnings.length, 1);
  });

  it('ends the connection of a refused request, and holds refusals back after the first ten', async () => {
    await start();
    const foreign = 'GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n';
    for (let i = 0; i < 10; i++) assert.match(await answerTo(raw(), foreign.repeat(100)), /^HTTP\/1\.1 403/);
    const held = raw();
    held.write(foreign);
    let isRefused = false;
    held.once('data', () => (isRefused = true));
    // Its answers come only after the server has read the request before.
    assert.equal((await fetch(`http://127.0.0.1:${feed.server.port}/schema`)).status, 200);
    assert.equal(isRefused, false);
    const [answer] = (await once(held, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 403/);
    assert.deepEqual(feed.warnings, ['feed: refused 127.0.0.1 (foreign host name)']);
  });

  it('closes a client that floods with pongs, pings or text, and reads nothing more of it', async () => {
    const { server } = await start();
    const watching = await connect(server);
    for (const opcode of [0x8a, 0x89, 0x81]) {
      const frame = Buffer.from([opcode, ...PONG.subarray(1)]);
      const frames = Buffer.concat(Array<Buffer>(500).fill(frame));
      const [told, cut] = [raw(), raw()];
      for (const socket of [told, cut]) {
        socket.write(UPGRADE);
        await once(socket, 'data');
      }
      assert.match(await answerTo(told, frames), /\x88.\x03\xf0/s);
      await pour(cut, frames);
      assert.ok(cut.bytesWritten < 64e6, String(cut.bytesWritten));
    }
    server.publish(perceptOf(1));
    await watching.until(({ type }) => type === 'percept');
  });

  it('takes no body, however long', async () => {
    await start();
    for (const [head, status] of [
      ['POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n', 405],
      ['GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n', 413],
      ['POST /slow HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n', 405],
      ['POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n', 405],
    ] as const) {
      assert.match(await answerTo(raw(), head), new RegExp(`^HTTP/1\\.1 ${status}`), head);
      const socket = raw();
      socket.write(head);
      await pour(socket, Buffer.alloc(64 * 1024));
    }
  });

  it('cuts connections beyond the limit of an address, and counts them in the log', async () => {
    await start({ maxConnectionsPerAddress: 2 });
    const [first] = [await connect(feed.server), await connect(feed.server)];
    const beyond = raw();
    await once(beyond, 'close');
    assert.deepEqual(feed.warnings, ['feed: refused 127.0.0.1 (more than 2 connections of one address)']);
    first.socket.close();
    await first.closed;
    await connect(feed.server);
  });

  it('answers 429 beyond the rate of requests of an address', async () => {
    await start({ maxRequestsPerSecond: 3 });
    const address = `http://127.0.0.1:${feed.server.port}/schema`;
    const statuses: number[] = [];
    for (let i = 0; i < 7; i++) statuses.push((await fetch(address)).status);
    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 200, 429]);
    feed.nowMs += 1000;
    assert.equal((await fetch(address)).status, 200);
  });

  it('reads the file of tokens again when it changes', async () => {
    const path = join(folder(), 'tokens');
    writeFileSync(path, 'old\n');
    const { server } = await start({ token: ['always', 'sha256:'.padEnd(71, '0')], tokenFile: path });
    const old = await connect(server, { headers: { authorization: 'Bearer old' } });
    writeFileSync(path, 'old\nnewer\n');
    await look();
    await connect(server, { headers: { authorization: 'Bearer newer' } });
    writeFileSync(path, 'newer\n');
    await look();
    assert.equal((await refusalOf(server.url, { headers: { authorization: 'Bearer old' } })).status, 401);
    assert.equal((await old.closed).code, 3000);
    const always = await connect(server, { headers: { authorization: 'Bearer always' } });
    server.publish(perceptOf(1));
    await always.until(({ type }) => type === 'percept');
    assert.deepEqual(feed.warnings, ['feed: refused 127.0.0.1 (no valid token)']);
  });

  it('takes the token of a page as a subprotocol, and never sends it back', async () => {
    const { server } = await start({ token: 'sésame 🔑' });
    const shown = `nowcast.token.${Buffer.from('sésame 🔑').toString('base64url')}`;
    const client = new TestClient(server.url, {}, ['nowcast.feed.v1', shown]);
    await client.until(({ type }) => type === 'hello');
    assert.equal(client.socket.protocol, 'nowcast.feed.v1');
  });

  const folder = temporaryFolder();
});
