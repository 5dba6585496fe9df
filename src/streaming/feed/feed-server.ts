import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Clock, WallClock } from '../../core/clock.js';
import { UsageError } from '../../core/errors.js';
import type { PipelineEvent } from '../../core/events.js';
import { FEED_DEFAULTS } from './defaults.js';
import { isLoopback, refusal } from './access.js';
import { CLOSE, FeedClient, type FeedClientLimits, type FeedSocket } from './feed-client.js';
import { listen } from './listen.js';
import { OutgoingMessage } from './outgoing-message.js';
import {
  FEED_SUBPROTOCOL,
  feedJsonSchema,
  statsMessage,
  toFeedMessage,
  type FeedInfo,
  type FeedStats,
} from './protocol.js';

/** Calls `action` repeatedly until the returned function is called. */
export type StartInterval = (intervalMs: number, action: () => void) => () => void;

export type FeedServerOptions = FeedInfo & {
  /** 0 takes any free port. */
  readonly port: number;
  /** Address to listen on; 127.0.0.1 by default. */
  readonly host?: string;
  /** The token that clients must present: `Authorization: Bearer …`, or `?token=…` if headers cannot be set. */
  readonly token?: string;
  /** Origins of web pages that may connect, in addition to pages of this address; `*` accepts all. */
  readonly allowedOrigins?: readonly string[];
  /** 256 by default; the next one is refused with 503. */
  readonly maxClients?: number;
  /** Longest message from a client; 16 KiB by default. */
  readonly maxMessageBytes?: number;
  /** With more unsent bytes than this, a client gets only the newest percept; 64 KiB by default. */
  readonly maxBufferedBytes?: number;
  /** A client that stays behind for longer is closed with 1013; 10 s by default. */
  readonly slowAfterMs?: number;
  /** A client that leaves a ping unanswered for this long is disconnected; 15 s by default. */
  readonly keepAliveMs?: number;
  readonly clock: Clock;
  readonly wallClock: WallClock;
  readonly startInterval?: StartInterval;
  /** Receives warnings as text: open to the network without a token, a client closed as too slow. */
  readonly onWarning?: (message: string) => void;
  /** Pages at the same address, under the same access rules. */
  readonly pages?: PageHandler;
};

/**
 * Answers a request for one of its pages.
 * @returns false if no page has this path
 */
export type PageHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * The WebSocket result feed. Publishing never waits: newer messages replace those that a client cannot take. `await
 * using` closes it.
 */
export type FeedServer = AsyncDisposable & {
  /** The address for clients, without the token. */
  readonly url: string;
  readonly port: number;
  readonly clientCount: number;
  publish(event: PipelineEvent): void;
  publishStats(stats: FeedStats): void;
  /** Closes every client with 1001 and frees the port. Safe to call twice. */
  close(): Promise<void>;
};

const TICK_MS = 1000;
/** How long a client may take to answer a close. */
const CLOSE_GRACE_MS = 1000;

type Connection = { readonly socket: WebSocket; readonly client: FeedClient; answeredPing: boolean };

/**
 * Opens the feed; resolves when clients can connect.
 * @throws UsageError for an empty token; OutputError if the address cannot be bound
 */
export async function createFeedServer(options: FeedServerOptions): Promise<FeedServer> {
  if (options.token === '')
    throw new UsageError(
      "the feed's token is empty: set it to at least one character, or remove it to let everyone in",
    );
  const feed = new Feed(options);
  await feed.listen();
  return feed;
}

class Feed implements FeedServer {
  readonly #options: FeedServerOptions;
  readonly #host: string;
  readonly #limits: FeedClientLimits;
  readonly #http: Server;
  readonly #upgrader: WebSocketServer;
  readonly #connections = new Set<Connection>();
  /** The newest status of each stream, so that a late client has the current state. */
  readonly #statuses = new Map<string, OutgoingMessage>();
  readonly #keepAliveMs: number;
  #pingedAtMs: number;
  #stopTicking: () => void = () => undefined;
  #closed: Promise<void> | undefined;

  constructor(options: FeedServerOptions) {
    this.#options = options;
    this.#host = options.host ?? FEED_DEFAULTS.host;
    this.#limits = {
      maxBufferedBytes: options.maxBufferedBytes ?? 64 * 1024,
      slowAfterMs: options.slowAfterMs ?? 10_000,
      maxErrors: 8,
      maxMessagesPerSecond: 100,
    };
    this.#keepAliveMs = options.keepAliveMs ?? 15_000;
    this.#pingedAtMs = options.clock.now();
    this.#upgrader = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: options.maxMessageBytes ?? 16 * 1024,
      handleProtocols: (offered) => offered.has(FEED_SUBPROTOCOL) && FEED_SUBPROTOCOL,
    });
    this.#http = createServer({ headersTimeout: 10_000, requestTimeout: 10_000 }, (request, response) =>
      this.#answer(request, response),
    );
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  get url(): string {
    const host = ['0.0.0.0', '::'].includes(this.#host) ? 'localhost' : this.#host;
    return `ws://${host.includes(':') ? `[${host}]` : host}:${this.port}/`;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo | null)?.port ?? this.#options.port;
  }

  get clientCount(): number {
    return this.#connections.size;
  }

  async listen(): Promise<void> {
    const { port, token, onWarning, startInterval = startNodeInterval } = this.#options;
    await listen(this.#http, this.#host, port);
    // A failed accept (for example, no file descriptors left) concerns one client; the feed continues.
    this.#http.on('error', (error) => onWarning?.(`feed: ${error.message}`));
    this.#stopTicking = startInterval(TICK_MS, () => this.#tick());
    if (token === undefined && !isLoopback(this.#host)) {
      onWarning?.(
        `the feed on ${this.url} is open to everyone who reaches ${this.#host}: set a token, or bind it to 127.0.0.1`,
      );
    }
  }

  publish(event: PipelineEvent): void {
    const message = new OutgoingMessage(toFeedMessage(event, this.#options.wallClock));
    if (event.type === 'status') this.#statuses.set(event.streamId ?? '', message);
    this.#offer(message);
  }

  publishStats(stats: FeedStats): void {
    this.#offer(new OutgoingMessage(statsMessage(stats, this.#options.wallClock)));
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#end());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #end(): Promise<void> {
    this.#stopTicking();
    const ended = [...this.#connections].map(
      ({ socket }) =>
        new Promise((resolve) => {
          socket.once('close', resolve);
        }),
    );
    for (const { client } of this.#connections) client.close(CLOSE.goingAway, 'the feed ends');
    this.#http.closeAllConnections();
    await Promise.all([...ended, promisify(this.#http.close.bind(this.#http))()]);
  }

  #offer(message: OutgoingMessage): void {
    const nowMs = this.#options.clock.now();
    for (const { client } of this.#connections) client.offer(message, nowMs);
  }

  #tick(): void {
    const nowMs = this.#options.clock.now();
    for (const { client } of this.#connections) {
      const reason = client.tick(nowMs);
      if (reason !== undefined) this.#options.onWarning?.(`feed: a client was closed: ${reason}`);
    }
    if (nowMs - this.#pingedAtMs < this.#keepAliveMs) return;
    this.#pingedAtMs = nowMs;
    for (const connection of this.#connections) {
      if (connection.answeredPing) {
        connection.answeredPing = false;
        connection.socket.ping();
      } else {
        connection.socket.terminate();
      }
    }
  }

  /** Plain HTTP: a description of the server, and the JSON Schema of the messages. */
  #answer(request: IncomingMessage, response: ServerResponse): void {
    const refused = this.#refusal(request);
    const reply = (status: number, body: object): void => {
      response.writeHead(status, {
        'content-type': 'application/json; charset=utf-8',
        'x-content-type-options': 'nosniff',
      });
      response.end(request.method === 'HEAD' ? undefined : `${JSON.stringify(body, null, 2)}\n`);
    };
    const path = pathOf(request);
    if (refused !== undefined) reply(refused.status, { error: refused.message });
    else if (this.#options.pages?.(request, response) === true) return;
    else if (request.method !== 'GET' && request.method !== 'HEAD')
      reply(405, { error: 'this is a WebSocket feed and answers GET only' });
    else if (path === '/schema') reply(200, feedJsonSchema());
    else if (path === '/') {
      const { streams, classes } = this.#options;
      reply(200, {
        what: 'Nowcast result feed',
        connect: this.url,
        subprotocol: FEED_SUBPROTOCOL,
        schema: '/schema',
        clients: this.clientCount,
        streams,
        classes,
      });
    } else reply(404, { error: `no ${path} here: connect a WebSocket to /, or GET / or /schema` });
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A client that left before it got the response.
    socket.on('error', () => socket.destroy());
    const offered = request.headers['sec-websocket-protocol'];
    const refused =
      this.#refusal(request) ??
      (pathOf(request) === '/' ? undefined : { status: 404, message: 'the feed is at /' }) ??
      (offered === undefined || offered.split(/ *, */).includes(FEED_SUBPROTOCOL)
        ? undefined
        : { status: 400, message: `this server speaks the subprotocol ${FEED_SUBPROTOCOL}` }) ??
      (this.clientCount < (this.#options.maxClients ?? FEED_DEFAULTS.maxClients)
        ? undefined
        : { status: 503, message: `the feed already has ${this.clientCount} clients, its limit` });
    if (refused !== undefined) {
      // A client that does not close its side would keep the connection open, and delay the end of the feed.
      socket.once('finish', () => socket.destroy());
      socket.end(
        `HTTP/1.1 ${refused.status} ${STATUS_CODES[refused.status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(refused.message)}\r\n\r\n${refused.message}`,
      );
      return;
    }
    this.#upgrader.handleUpgrade(request, socket, head, (webSocket) => this.#welcome(webSocket));
  }

  #refusal(request: IncomingMessage): { status: number; message: string } | undefined {
    const { token, allowedOrigins = [] } = this.#options;
    if (this.#closed !== undefined) return { status: 503, message: 'the feed ends' };
    return refusal(request, { host: this.#host, token, allowedOrigins });
  }

  #welcome(socket: WebSocket): void {
    const client = new FeedClient(feedSocket(socket), this.#options, this.#limits);
    const connection: Connection = { socket, client, answeredPing: true };
    this.#connections.add(connection);
    socket.on('pong', () => {
      connection.answeredPing = true;
    });
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) client.receiveBinary();
      else client.receive(data.toString('utf8'));
    });
    // A broken or oversized frame: ws closes the connection with the right code by itself.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#connections.delete(connection));
    const nowMs = this.#options.clock.now();
    for (const status of this.#statuses.values()) client.offer(status, nowMs);
  }
}

function feedSocket(socket: WebSocket): FeedSocket {
  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send: (text, written) => socket.send(text, { binary: false }, written),
    close: (code, reason) => {
      // A client that does not read never sees the close frame either.
      const cutOff = setTimeout(() => socket.terminate(), CLOSE_GRACE_MS);
      socket.once('close', () => clearTimeout(cutOff));
      socket.close(code, reason);
    },
  };
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?')[0];
}

const startNodeInterval: StartInterval = (intervalMs, action) => {
  const timer = setInterval(action, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
};
