import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { anyOf, type Disturbance } from '../disturbance/disturb.js';

export type Answered = { readonly body: string; readonly isTaken: boolean };

type Way = 'well' | 'fails' | 'refuses' | 'hangs';

const REST_MS = 5000;
const LONGEST_MS = 4000;
const STATUS = { well: 204, fails: 500, refuses: 400 } as const;

/** A receiver of the webhook that is broken at times. */
export class Receiver {
  /** The last answer to each delivery that got a final one, in the order of the first. */
  readonly answered = new Map<string, Answered>();
  way: Way = 'well';
  #server: Server | undefined;
  #port = 0;

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await receiver.listen();
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/events`;
  }

  /** At the same port as before. */
  async listen(): Promise<void> {
    const server = createServer((request, response) => {
      // Whoever leaves or is sent away breaks the connection.
      this.#answer(request, response).catch(() => undefined);
    });
    this.#server = server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Nobody listens at its port any more. */
  async leave(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server.close(), 'close');
    server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { way } = this;
    if (way === 'hangs') return;
    const id = String(request.headers['nowcast-delivery']);
    if (way !== 'fails') this.answered.set(id, { body, isTaken: way === 'well' });
    response.writeHead(STATUS[way]).end();
  }
}

/** Lets the receiver fail, refuse, hang or be away, one after the other. */
export async function breakReceiver({ goesOn, uniform, note }: Disturbance, receiver: Receiver): Promise<void> {
  while (goesOn()) {
    await sleep(REST_MS * (0.5 + uniform()));
    const way = anyOf(['fails', 'refuses', 'hangs', 'away'] as const, uniform);
    note(`webhook: ${way}`);
    if (way === 'away') await receiver.leave();
    else receiver.way = way;
    await sleep(LONGEST_MS * uniform());
    if (way === 'away') await receiver.listen();
    receiver.way = 'well';
  }
}
