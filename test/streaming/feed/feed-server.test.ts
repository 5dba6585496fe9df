import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import { connect as connectTcp, type AddressInfo } from 'node:net';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { OutputError, UsageError } from '../../../src/core/errors.js';
import { FEED_SUBPROTOCOL } from '../../../src/streaming/feed/protocol.js';
import { percepts, play, standing } from '../../scene/scene-percepts.js';
import { detectionOf, dropEventOf, perceptOf } from '../events.js';
import { connect, refusalOf, startFeed, TestClient, type FeedHarness } from './feed-harness.js';

describe('feed server', () => {
  let feed: FeedHarness;
  const start = async (options?: Parameters<typeof startFeed>[0]): Promise<FeedHarness> =>
    (feed = await startFeed(options));
  afterEach(() => feed.server.close());

  it('sends hello and then every event, each in the form of its own schema', async () => {
    const { server } = await start();
    const schema = (await (await fetch(server.url.replace('ws', 'http') + 'schema')).json()) as object;
    const client = await connect(server);
    assert.equal(client.socket.protocol, FEED_SUBPROTOCOL);
    server.publish({ type: 'status', streamId: 'cam', atMs: 0, state: 'streaming' });
    server.publish(perceptOf(0));
    server.publish(
      perceptOf(1, { forecast: { forecaster: 'kalman', validAtMs: 140, detections: [detectionOf(0, 0.5)] } }),
    );
    server.publish(dropEventOf(2));
    server.publish({ type: 'gap', streamId: 'cam', fromMs: 0, toMs: 10, why: 'silent' });
    server.publishStats({
      atMs: 300,
      streams: [{ stream: 'cam', received: 3, percepts: 2, drops: { superseded: 1 }, inFlight: 0 }],
    });
    await client.send('nonsense');
    await client.until(({ type }) => type === 'error');
    assert.deepEqual(
      client.messages.map(({ type }) => type),
      ['hello', 'status', 'percept', 'percept', 'drop', 'gap', 'stats', 'error'],
    );
    const validate = new Ajv2020().compile(schema);
    for (const message of client.messages) assert.ok(validate(message), JSON.stringify([message, validate.errors]));
  });

  it('sends the counts of each stream to a late client', async () => {
    const { server } = await start();
    for (const event of play({}, percepts([standing(0.5, 0.8)])).events) server.publish({ ...event, streamId: 'cam' });
    const client = await connect(server);
    const { counts } = await client.until(({ type }) => type === 'count');
    assert.deepEqual(counts, [{ class: 'person', classId: 0, present: 0, active: 0 }]);
    assert.deepEqual([client.ofType('count').length, client.ofType('object').length], [1, 0]);
  });

  it('sends the status of each stream to a late client', async () => {
    const { server } = await start();
    for (const state of ['connecting', 'streaming'] as const)
      server.publish({ type: 'status', streamId: 'cam', atMs: 0, state });
    const client = await connect(server);
    assert.equal((await client.until(({ type }) => type === 'status'))['state'], 'streaming');
    assert.equal(client.ofType('status').length, 1);
  });

  it('sends no late client the status of a stream that is gone', async () => {
    const { server } = await start({ streams: ['cam', 'door'] });
    const publish = (): void => {
      for (const streamId of ['door', 'cam']) server.publish({ type: 'status', streamId, atMs: 0, state: 'streaming' });
    };
    const statesOf = async (client: TestClient): Promise<unknown[]> => {
      await client.until(({ type, stream }) => type === 'status' && stream === 'cam');
      return client.ofType('status').map(({ stream }) => stream);
    };
    publish();
    server.setStreams(['cam']);
    // One of that name that comes later is another one.
    server.setStreams(['cam', 'door']);
    assert.deepEqual(await statesOf(await connect(server)), ['cam']);
    server.setStreams(['cam']);
    // A post that has waited for the server may come after its stream is gone.
    publish();
    assert.deepEqual(await statesOf(await connect(server)), ['cam']);
  });

  it('sends each client the messages that it subscribed to', async () => {
    const { server } = await start({ streams: ['cam', 'door'] });
    const [all, cars, door, slow] = await Promise.all([
      connect(server),
      connect(server),
      connect(server),
      connect(server),
    ]);
    await cars.send({ type: 'subscribe', kinds: ['percept'], classes: ['car'], minScore: 0.3 });
    await door.send({ type: 'subscribe', streams: ['door'] });
    await slow.send({ type: 'subscribe', kinds: ['percept'], streams: ['cam'], maxFps: 5 });
    for (let seq = 0; seq < 10; seq++) server.publish(perceptOf(seq));
    server.publish(dropEventOf(10));
    server.publish(dropEventOf(0, { streamId: 'door' }));
    for (const client of [all, cars, door, slow]) await client.send();
    assert.deepEqual(
      [all, cars, door, slow].map(({ messages }) => messages.length - 1),
      [12, 10, 1, 5],
    );
    assert.deepEqual(
      cars.ofType('percept').flatMap((m) => (m['detections'] as { class: string }[]).map((d) => d.class)),
      Array(10).fill('car'),
    );
    await cars.send({ type: 'subscribe' });
    server.publish(dropEventOf(11));
    await cars.until(({ type }) => type === 'drop');
  });

  it('survives malformed, binary and oversized messages, and closes a client after several', async () => {
    const { server } = await start();
    const [abusive, oversized, bystander] = await Promise.all([connect(server), connect(server), connect(server)]);
    await abusive.send('{', Buffer.from([1, 2, 3]), '{"type":"reboot"}', '"text"', '\u{1f600}');
    assert.deepEqual(
      abusive.ofType('error').map(({ code }) => code),
      ['bad-json', 'binary', 'bad-message', 'bad-message', 'bad-json'],
    );
    await abusive.send('x', 'x', 'x');
    assert.equal((await abusive.closed).code, 1008);
    await oversized.send('x'.repeat(17 * 1024));
    assert.equal((await oversized.closed).code, 1009);
    server.publish(perceptOf(1));
    await bystander.until(({ type }) => type === 'percept');
    assert.equal(server.clientCount, 1);
  });

  it('survives bytes that are not HTTP, and frames that are not WebSocket', async () => {
    const { server } = await start();
    for (const bytes of [
      '\x16\x03\x01\x02\x00\x01',
      'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n\xff\xff\xff\xff\xff\xff',
    ]) {
      const socket = connectTcp(server.port, '127.0.0.1')
        .on('error', () => undefined)
        .resume();
      socket.write(Buffer.from(bytes, 'latin1'));
      await once(socket, 'close');
    }
    await connect(server);
  });

  it('refuses clients without the token, and accepts it in the header or the address', async () => {
    const { server } = await start({ token: 's3cret' });
    const refused = await refusalOf(server.url);
    assert.equal(refused.status, 401);
    assert.match(refused.text, /Authorization: Bearer TOKEN/);
    assert.equal((await refusalOf(server.url, { headers: { authorization: 'Bearer s3creT' } })).status, 401);
    assert.equal((await fetch(server.url.replace('ws', 'http'))).status, 401);
    await connect(server, { headers: { authorization: 'Bearer s3cret' } });
    await new TestClient(`${server.url}?token=s3cret`).until(({ type }) => type === 'hello');
    assert.equal(server.url.includes('s3cret'), false);
  });

  it('refuses foreign pages, foreign host names, other paths and other subprotocols, each with a reason', async () => {
    const { server } = await start();
    assert.equal((await refusalOf(server.url, { origin: 'https://evil.example' })).status, 403);
    assert.equal((await refusalOf(server.url, { headers: { host: 'evil.example' } })).status, 403);
    assert.equal((await refusalOf(`${server.url}elsewhere`)).status, 404);
    assert.match((await refusalOf(server.url, {}, 'nowcast.feed.v9')).text, /nowcast\.feed\.v1/);
    assert.equal(server.clientCount, 0);
  });

  it('accepts clients up to the limit, and another when one has left', async () => {
    const { server } = await start({ maxClients: 2 });
    const [first] = await Promise.all([connect(server), connect(server)]);
    assert.equal((await refusalOf(server.url)).status, 503);
    first.socket.close();
    await first.closed;
    await connect(server);
  });

  it('describes itself over plain HTTP', async () => {
    const { server } = await start();
    const http = server.url.replace('ws', 'http');
    const about = (await (await fetch(http)).json()) as Record<string, unknown>;
    assert.equal(about['connect'], server.url);
    assert.equal(about['subprotocol'], FEED_SUBPROTOCOL);
    assert.equal((await fetch(`${http}nothing`)).status, 404);
    assert.equal((await fetch(http, { method: 'POST', body: 'x' })).status, 405);
    const rebound = request(http, { headers: { host: 'evil.example' } }).end();
    const [response] = (await once(rebound, 'response')) as [IncomingMessage];
    response.resume();
    assert.equal(response.statusCode, 403);
  });

  it('disconnects a client that leaves a ping unanswered, and keeps one that answers', async () => {
    feed = await start({ keepAliveMs: 15_000 });
    const [alive, dead] = [await connect(feed.server), new TestClient(feed.server.url, { autoPong: false })];
    await dead.until(({ type }) => type === 'hello');
    for (feed.nowMs = 15_000; feed.nowMs <= 30_000; feed.nowMs += 15_000) {
      const pinged = once(alive.socket, 'ping');
      feed.tick();
      await pinged;
      await alive.send();
    }
    assert.equal((await dead.closed).code, 1006);
    assert.equal(feed.server.clientCount, 1);
  });

  it('ends properly if a client breaks the protocol meanwhile', async () => {
    const { server } = await start();
    const client = connectTcp(server.port, '127.0.0.1');
    client.on('error', () => undefined);
    client.write(
      `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\n\r\n`,
    );
    await once(client, 'data');
    const closed = server.close();
    // A client's frames must be masked.
    client.end(Buffer.of(0x81, 0x01, 0x61));
    await closed;
  });

  it('closes clients with 1001 when it ends, frees the port, and may be closed twice', async () => {
    const { server } = await start();
    const { port } = server;
    const clients = await Promise.all(Array.from({ length: 5 }, () => connect(server)));
    await Promise.all([server.close(), server.close()]);
    for (const client of clients) assert.equal((await client.closed).code, 1001);
    assert.equal(server.clientCount, 0);
    server.publish(perceptOf(1));
    const next = createServer().listen(port, '127.0.0.1');
    await once(next, 'listening');
    next.close();
  });

  it('ends even if a client neither reads nor answers', async () => {
    const { server } = await start();
    const socket = connectTcp(server.port, '127.0.0.1').pause();
    socket.write(
      'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await once(socket, 'readable');
    assert.equal(server.clientCount, 1);
    await server.close();
    socket.destroy();
  });

  it('closes the connection of a refused client, for any behaviour of the client', async () => {
    const { server } = await start({ token: 's3cret' });
    const socket = connectTcp({ port: server.port, host: '127.0.0.1', allowHalfOpen: true }).resume();
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    await once(socket, 'end');
    await server.close();
    socket.destroy();
  });

  it('names a port in use and the remedy', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await assert.rejects(
      startFeed({ port }),
      (error) =>
        error instanceof OutputError &&
        error.code === 'NOWCAST_PORT_IN_USE' &&
        error.message.includes(`port ${port}`) &&
        error.message.includes('choose another port'),
    );
    await assert.rejects(
      startFeed({ host: '203.0.113.1' }),
      (error) => error instanceof OutputError && /no such address/.test(error.message),
    );
    await assert.rejects(startFeed({ token: '' }), UsageError);
    other.close();
  });

  it('warns when it is open to the network without a token', async () => {
    assert.match((await start({ host: '0.0.0.0' })).warnings.join(), /open to everyone.*set a token/);
    await feed.server.close();
    assert.deepEqual((await start({ host: '0.0.0.0', token: 'x' })).warnings, []);
    await feed.server.close();
    assert.deepEqual((await start()).warnings, []);
  });
});
