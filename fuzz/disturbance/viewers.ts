import { WebSocket } from 'ws';
import type { FeedMessage } from '../../src/streaming/feed/protocol.js';

/** A client of the feed that reads everything, and checks the account that the feed gives it. */
class Viewer {
  readonly problems: string[] = [];
  readonly #socket: WebSocket;
  readonly #seen = new Set<string>();

  constructor(url: string) {
    this.#socket = new WebSocket(url, 'nowcast.feed.v1')
      .on('error', () => undefined)
      .on('message', (data: Buffer) => this.#read(JSON.parse(data.toString()) as FeedMessage));
  }

  /** Stops reading, as a client that hangs. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Leaves without a word. */
  cut(): void {
    this.#socket.terminate();
  }

  /** Sends what no client may send. */
  babble(): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send('{"type":"subscribe","kinds":[7]}');
  }

  #read(message: FeedMessage): void {
    if (message.type !== 'percept' && message.type !== 'drop') return;
    const frame = `${message.stream}/${message.seq}`;
    if (this.#seen.has(frame)) this.problems.push(`the feed sent frame ${frame} twice to one client`);
    this.#seen.add(frame);
  }
}

/** Clients of the feed, of which one is in trouble at a time. */
export class Viewers {
  readonly #url: string;
  readonly #gone: Viewer[] = [];
  #viewers: Viewer[];

  constructor(url: string, count: number) {
    this.#url = url;
    this.#viewers = Array.from({ length: count }, () => new Viewer(url));
  }

  get problems(): readonly string[] {
    return [...this.#gone, ...this.#viewers].flatMap(({ problems }) => problems);
  }

  /** @param which in [0, 1) */
  pick(which: number): Viewer {
    return this.#viewers[Math.floor(which * this.#viewers.length)];
  }

  /** Puts a new client in the place of one. */
  replace(viewer: Viewer): void {
    viewer.cut();
    this.#gone.push(viewer);
    this.#viewers = this.#viewers.map((other) => (other === viewer ? new Viewer(this.#url) : other));
  }

  close(): void {
    for (const viewer of this.#viewers) viewer.cut();
  }
}
