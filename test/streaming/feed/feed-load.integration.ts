import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { FEED_SUBPROTOCOL } from '../../../src/streaming/feed/protocol.js';
import { detectionOf, perceptOf } from '../events.js';
import { startFeed, type FeedHarness } from './feed-harness.js';

const READERS = 199;
const PERCEPTS = 400;
/** About 100 kB of JSON, to fill the operating system's buffers of some MB per connection soon. */
const crowd = Array.from({ length: 1000 }, (_, i) => detectionOf(i % 3, i / 1000));

describe('feed server with 200 clients, one of which never reads', () => {
  let feed: FeedHarness;
  let stuck: Socket;
  afterEach(async () => {
    stuck?.destroy();
    await feed.server.close();
  });

  it('gives every other client every percept, holds little for the slow one, and closes it in the end', async function () {
    this.timeout(60_000);
    feed = await startFeed({ streams: ['cam', 'crowd'] });
    const { server } = feed;
    stuck = connectTcp(server.port, '127.0.0.1').pause();
    stuck.write(
      `GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: ${FEED_SUBPROTOCOL}\r\n\r\n`,
    );
    await once(stuck, 'readable');

    let received = 0;
    let missed = 0;
    await Promise.all(
      Array.from({ length: READERS }, async () => {
        const socket = new WebSocket(server.url, FEED_SUBPROTOCOL);
        await once(socket, 'message');
        socket.on('message', (data: Buffer) => {
          received++;
          if (data.includes('"missed"')) missed++;
        });
        socket.send('{"type":"subscribe","streams":["cam"]}');
        socket.ping();
        await once(socket, 'pong');
      }),
    );
    assert.equal(server.clientCount, 200);

    const heldBytes = process.memoryUsage().arrayBuffers;
    for (let seq = 0; seq < PERCEPTS; seq++) {
      server.publish(perceptOf(seq, { streamId: 'crowd', detections: crowd }));
      server.publish(perceptOf(seq));
      // Gives the readers, all in this process, the time between two percepts of a live source.
      while (received < READERS * (seq + 1)) await turn();
    }
    assert.equal(missed, 0);
    const grownBytes = process.memoryUsage().arrayBuffers - heldBytes;
    assert.ok(grownBytes < (PERCEPTS * 100_000) / 2, `grew by ${grownBytes} bytes`);

    feed.nowMs = 10_000;
    feed.tick();
    await turn();
    assert.deepEqual(feed.warnings, ['feed: a client was closed: too slow: stayed behind for 10 s']);
    while (server.clientCount > READERS) await turn();
  });

  it('leaves no socket or timer behind after 50 servers', async () => {
    const resources = (): string[] =>
      process
        .getActiveResourcesInfo()
        .filter((name) => /TCP|Timeout/.test(name))
        .sort();
    const serve = async (): Promise<void> => {
      feed = await startFeed();
      const socket = new WebSocket(feed.server.url);
      await once(socket, 'message');
      const closed = once(socket, 'close');
      await feed.server.close();
      await closed;
      await turn();
    };
    await serve();
    const before = resources();
    for (let i = 0; i < 50; i++) await serve();
    assert.deepEqual(resources(), before);
  });
});
