import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** Servers on this machine only, each on a free port, that check whether their clients close their connections. */
export class HttpServers {
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  /** Connections so far. */
  connections = 0;

  /** @returns the address without a path */
  async serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    this.#servers.push(server);
    server.on('connection', (socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      // A client that ends breaks its connection.
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Resolves when the clients themselves have closed every connection. */
  async close(): Promise<void> {
    await Promise.all(
      Array.from(
        this.#sockets,
        (socket) =>
          new Promise((resolve) => {
            socket.once('close', resolve);
          }),
      ),
    );
    for (const server of this.#servers.splice(0)) server.close();
    this.connections = 0;
  }
}
