import { once } from 'node:events';
import { WebSocket } from 'ws';
import { FEED_SUBPROTOCOL } from '../../src/streaming/feed/protocol.js';

/** What a watching client got within a time. */
export type Watched = {
  readonly percepts: number;
  /** From capture to emission, of each percept. */
  readonly latencyMs: readonly number[];
  /** From emission to the client, of each percept. */
  readonly deliveryMs: readonly number[];
};

type Percept = { readonly type: string; readonly times: { readonly emittedAt: number; readonly latencyMs: number } };

/** A client that only watches. */
export class Watcher {
  readonly #socket: WebSocket;
  #latencyMs: number[] = [];
  #deliveryMs: number[] = [];

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Percept;
      if (message.type !== 'percept') return;
      this.#latencyMs.push(message.times.latencyMs);
      this.#deliveryMs.push(Date.now() - message.times.emittedAt);
    });
  }

  static async open(url: string): Promise<Watcher> {
    const socket = new WebSocket(url, FEED_SUBPROTOCOL);
    const watcher = new Watcher(socket);
    await once(socket, 'message');
    return watcher;
  }

  /** Forgets everything so far. @returns it */
  take(): Watched {
    const taken = { percepts: this.#latencyMs.length, latencyMs: this.#latencyMs, deliveryMs: this.#deliveryMs };
    this.#latencyMs = [];
    this.#deliveryMs = [];
    return taken;
  }

  close(): void {
    this.#socket.close();
  }
}
