import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';
import {
  createFeedServerIn,
  type FeedServer,
  type FeedServerOptions,
} from '../../../src/streaming/feed/feed-server.js';
import { nodeAfter, type StartInterval } from '../../../src/streaming/http/timers.js';
import { FEED_SUBPROTOCOL } from '../../../src/streaming/feed/protocol.js';
import { CLASSES } from '../events.js';
import { launchServerHere } from '../http/server-here.js';

export const UNIX_AT_ZERO_MS = 1_700_000_000_000;

/** A server in this process, whose clock and ticks are moved by hand. */
export type FeedHarness = { readonly server: FeedServer; readonly warnings: string[]; nowMs: number; tick(): void };

export async function startFeed(options: Partial<FeedServerOptions> = {}): Promise<FeedHarness> {
  const warnings: string[] = [];
  const ticks = new Set<() => void>();
  const startInterval: StartInterval = (_, action) => {
    ticks.add(action);
    return () => ticks.delete(action);
  };
  const harness = {
    nowMs: 0,
    warnings,
    tick: () => {
      for (const action of ticks) action();
    },
  };
  const clock = { now: () => harness.nowMs };
  const server = await createFeedServerIn(
    {
      launch: () => launchServerHere({ clock, startInterval, after: nodeAfter }),
      startInterval,
      after: nodeAfter,
    },
    {
      port: 0,
      streams: ['cam'],
      classes: CLASSES,
      clock,
      wallClock: { toUnixMs: (ms) => UNIX_AT_ZERO_MS + ms },
      onWarning: (warning) => warnings.push(warning),
      ...options,
    },
  );
  return Object.assign(harness, { server });
}

export type Message = { readonly type: string; readonly [key: string]: unknown };

/** A subscriber that records its messages. */
export class TestClient {
  readonly socket: WebSocket;
  readonly messages: Message[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  #wake: (() => void) | undefined;

  constructor(url: string, options: ClientOptions = {}, subprotocols: string | string[] = FEED_SUBPROTOCOL) {
    this.socket = new WebSocket(url, subprotocols, options);
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    this.socket.on('message', (data: Buffer) => {
      this.messages.push(JSON.parse(data.toString()) as Message);
      this.#wake?.();
    });
    this.socket.on('error', () => undefined);
  }

  /** Resolves after a matching message. */
  async until(fits: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.messages.find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Sends, and waits until the server has processed everything sent so far. */
  async send(...messages: (object | string | Buffer)[]): Promise<void> {
    for (const message of messages)
      this.socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
    this.socket.ping();
    await Promise.race([once(this.socket, 'pong'), this.closed]);
  }

  ofType(type: string): Message[] {
    return this.messages.filter((message) => message.type === type);
  }
}

/** Connects and waits for `hello`. */
export async function connect(server: FeedServer, options?: ClientOptions): Promise<TestClient> {
  const client = new TestClient(server.url, options);
  await client.until(({ type }) => type === 'hello');
  return client;
}

/** The HTTP status and the text of a refused connection. */
export async function refusalOf(
  url: string,
  options: ClientOptions = {},
  subprotocol = FEED_SUBPROTOCOL,
): Promise<{ status: number; text: string }> {
  const socket = new WebSocket(url, subprotocol, options);
  socket.on('error', () => undefined);
  const [, response] = await once(socket, 'unexpected-response');
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, text };
}
