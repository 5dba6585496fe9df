import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { EventStream } from '../../../src/streaming/http/event-stream.js';

describe('EventStream', () => {
  it('disconnects a listener that does not read, and waits for no other', async () => {
    const events = new EventStream(1);
    const server = createServer((_, response) => events.answer(response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const listener = connect((server.address() as AddressInfo).port, '127.0.0.1');
    listener.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [connection] = (await once(server, 'connection')) as [NodeJS.EventEmitter];
    const cutOff = once(connection, 'close');
    await once(listener, 'data');
    listener.pause();
    // More than fits into the buffers of the two sockets.
    await events.send('run', 'x'.repeat(32 * 1024 * 1024));
    await cutOff;
    listener.destroy();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
});
