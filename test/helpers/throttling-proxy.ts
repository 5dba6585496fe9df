import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const BEAT_MS = 10;
/** Bytes that a router holds; beyond them, the sender waits. */
const QUEUE_BYTES = 1_000_000;

/** A link between a TCP server and its clients, with a chosen rate towards the client. */
export class ThrottlingProxy {
  /** Towards the clients, for each connection. */
  bytesPerSecond = Infinity;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #target: number;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((client) => this.#join(client));
  }

  /** Resolves when it accepts connections for the server at `target` on this machine. */
  static async start(target: number): Promise<ThrottlingProxy> {
    const proxy = new ThrottlingProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Cuts every connection; new ones are accepted. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Resolves when every socket is closed. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }

  #join(client: Socket): void {
    const server = connect(this.#target, '127.0.0.1');
    const queue: Buffer[] = [];
    let queuedBytes = 0;
    let allowance = 0;
    let serverEnded = false;
    client.setNoDelay(true);
    const pass = (): void => {
      while (queue.length > 0 && allowance >= 1 && client.writableLength < QUEUE_BYTES) {
        const piece = queue[0].subarray(0, Math.floor(Math.min(queue[0].length, allowance)));
        client.write(piece);
        allowance -= piece.length;
        queuedBytes -= piece.length;
        if (piece.length === queue[0].length) queue.shift();
        else queue[0] = queue[0].subarray(piece.length);
      }
      if (queuedBytes < QUEUE_BYTES) server.resume();
      if (serverEnded && queue.length === 0) client.end();
    };
    const beat = setInterval(() => {
      // At most a tenth of a second of unused rate is saved up.
      allowance =
        this.bytesPerSecond === Infinity
          ? Infinity
          : Math.min(
              Math.min(allowance, this.bytesPerSecond / 10) + (this.bytesPerSecond * BEAT_MS) / 1000,
              this.bytesPerSecond / 10,
            );
      pass();
    }, BEAT_MS);
    server.on('data', (piece) => {
      queue.push(piece);
      queuedBytes += piece.length;
      if (queuedBytes >= QUEUE_BYTES) server.pause();
      if (this.bytesPerSecond === Infinity) {
        allowance = Infinity;
        pass();
      }
    });
    server.on('end', () => {
      serverEnded = true;
      pass();
    });
    client.on('data', (piece) => void server.write(piece));
    client.on('end', () => server.end());
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        clearInterval(beat);
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }
}
