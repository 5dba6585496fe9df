import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { After } from '../../core/after.js';
import type { Clock } from '../../core/clock.js';
import type { Refusal } from '../http/access.js';
import type { PostMessage } from '../http/post.js';
import type { Owner } from '../http/owner.js';
import { SlicedInput } from '../http/sliced-input.js';
import { JSON_HEADERS, pathOf, reply } from '../http/reply.js';
import type { SocketLink, WebPart } from '../http/web-server.js';
import { CLOSE, FeedClient, type FeedClientLimits } from './feed-client.js';
import { FEED_TOPIC } from './feed-topic.js';
import { feedSocket } from './feed-socket.js';
import { OutgoingMessage } from './outgoing-message.js';
import { FEED_SUBPROTOCOL, feedJsonSchema, type FeedInfo } from './protocol.js';
import { isState } from './server-messages.js';
import { counted } from '../../core/counted.js';

export type FeedHubSettings = FeedInfo & {
  readonly maxClients: number;
  /** Longest message from a client. */
  readonly maxMessageBytes: number;
  /** A client that leaves a ping unanswered for this long is disconnected. */
  readonly keepAliveMs: number;
  readonly clients: FeedClientLimits;
};

/** The paths of its WebSocket: the second one is for servers that have a page, too. */
const PATHS: ReadonlySet<string> = new Set(['/', '/ws']);
/** An owner that does not answer within this time loses the client. */
const JOIN_TIMEOUT_MS = 10_000;

type Connection = { readonly socket: WebSocket; readonly client: FeedClient; answeredPing: boolean };

export type FeedHubEnvironment = {
  readonly clock: Clock;
  readonly owner: Owner;
  readonly after: After;
  readonly onWarning: (message: string) => void;
};

/** The feed in the server's process: all WebSocket clients, and the description of the feed for HTTP clients. */
export class FeedHub implements WebPart {
  #settings: FeedHubSettings;
  readonly #environment: FeedHubEnvironment;
  readonly #upgrader: WebSocketServer;
  readonly #connections = new Set<Connection>();
  /** Clients that wait for their first message. */
  readonly #joining = new Set<Duplex>();
  /** The newest status and counts of each stream, so that a late client has the current state. */
  readonly #states = new Map<string, OutgoingMessage>();
  readonly #schema = Buffer.from(`${JSON.stringify(feedJsonSchema(), null, 2)}\n`);
  #pingedAtMs: number;
  /** Messages that clients did not get, since the owner was told. */
  #missed = 0;
  #isClosed = false;

  constructor(settings: FeedHubSettings, environment: FeedHubEnvironment) {
    this.#settings = settings;
    this.#environment = environment;
    this.#pingedAtMs = environment.clock.now();
    this.#upgrader = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: settings.maxMessageBytes,
      // The client's limit on pings closes with a reason.
      ...{ maxPendingAutoPongs: 0 },
      handleProtocols: (offered) => offered.has(FEED_SUBPROTOCOL) && FEED_SUBPROTOCOL,
    });
  }

  /** Those that clients may choose among, from now on. */
  setStreams(streams: readonly string[]): void {
    this.#settings = { ...this.#settings, streams };
    for (const [key, state] of this.#states) if (!this.#has(state)) this.#states.delete(key);
    for (const { client } of this.#connections) client.setStreams(streams);
  }

  /** Passes a message of the pipeline to the clients. */
  post({ key, body, missed }: PostMessage): void {
    const message = new OutgoingMessage(String(body), missed);
    // One of a stream that is gone may have waited.
    if (isState(message.message) && this.#has(message)) this.#states.set(key, new OutgoingMessage(String(body)));
    const nowMs = this.#environment.clock.now();
    for (const { client } of this.#connections) client.offer(message, nowMs);
  }

  #has({ stream }: OutgoingMessage): boolean {
    return stream === undefined || this.#settings.streams.includes(stream);
  }

  /** Plain HTTP: a description of the feed, and the JSON Schema of the messages. */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    const path = pathOf(request);
    if (path === '/schema') {
      response.writeHead(200, { ...JSON_HEADERS, 'content-length': this.#schema.length });
      response.end(request.method === 'HEAD' ? undefined : this.#schema);
    } else if (path === '/') {
      const { streams, classes } = this.#settings;
      const scheme = 'encrypted' in request.socket ? 'wss' : 'ws';
      reply(response, 200, {
        what: 'Nowcast result feed',
        connect: `${scheme}://${request.headers.host}/`,
        subprotocol: FEED_SUBPROTOCOL,
        schema: '/schema',
        clients: this.#connections.size,
        streams,
        classes,
      });
    } else reply(response, 404, { error: `no ${path} here: connect a WebSocket to / or /ws, or GET / or /schema` });
    return true;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, link: SocketLink): Refusal | undefined {
    if (!PATHS.has(pathOf(request))) return { status: 404, message: 'the feed is at / and /ws' };
    const offered = request.headers['sec-websocket-protocol'];
    if (offered !== undefined && !offered.split(/ *, */).includes(FEED_SUBPROTOCOL))
      return { status: 400, message: `this server speaks the subprotocol ${FEED_SUBPROTOCOL}` };
    const { maxClients } = this.#settings;
    if (this.#connections.size + this.#joining.size >= maxClients) {
      return {
        status: 503,
        reason: `more than ${counted(maxClients, 'client')}`,
        message: `the feed already has ${counted(maxClients, 'client')}, its limit`,
      };
    }
    void this.#join(request, socket, head, link);
    return undefined;
  }

  /** Call it once a second. */
  tick(): void {
    const nowMs = this.#environment.clock.now();
    for (const { client } of this.#connections) {
      const reason = client.tick(nowMs);
      if (reason !== undefined) this.#environment.onWarning(`a client was closed: ${reason}`);
    }
    if (this.#missed > 0) this.#environment.owner.missed(this.#missed);
    this.#missed = 0;
    if (nowMs - this.#pingedAtMs < this.#settings.keepAliveMs) return;
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

  /** Closes every client with 1001. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const socket of this.#joining) socket.destroy();
    const ended = [...this.#connections].map(
      ({ socket }) =>
        new Promise((resolve) => {
          socket.once('close', resolve);
        }),
    );
    for (const { client } of this.#connections) client.close(CLOSE.goingAway, 'the feed ends');
    await Promise.all(ended);
  }

  /** Lets the client in as soon as the pipeline posts to the feed, so that it misses nothing from `hello` on. */
  async #join(request: IncomingMessage, socket: Duplex, head: Buffer, link: SocketLink): Promise<void> {
    const { owner, after } = this.#environment;
    this.#joining.add(socket);
    const cancel = after(JOIN_TIMEOUT_MS, () => socket.destroy());
    await owner.join(FEED_TOPIC);
    cancel();
    this.#joining.delete(socket);
    let left = false;
    const leave = (): void => {
      if (!left) owner.left(FEED_TOPIC);
      left = true;
    };
    if (socket.destroyed || this.#isClosed) {
      socket.destroy();
      leave();
      return;
    }
    socket.once('close', leave);
    this.#upgrader.handleUpgrade(request, socket, head, (webSocket) => {
      let isBroken = false;
      // `ws` has begun to listen.
      new SlicedInput(socket, () => isBroken);
      const client = this.#welcome(webSocket, () => {
        isBroken = true;
        link.brokeLimit();
      });
      link.onRevoked(() => client.close(CLOSE.unauthorized, 'the token or the login is not valid any more'));
    });
  }

  #welcome(socket: WebSocket, brokeLimit: () => void): FeedClient {
    const { clock } = this.#environment;
    const client = new FeedClient(
      feedSocket(socket, brokeLimit),
      this.#settings,
      this.#settings.clients,
      clock.now(),
      (count) => (this.#missed += count),
    );
    const connection: Connection = { socket, client, answeredPing: true };
    this.#connections.add(connection);
    socket.on('pong', (data: Buffer) => {
      connection.answeredPing = true;
      client.receiveControl(data.length, clock.now());
    });
    socket.on('ping', (data: Buffer) => client.receiveControl(data.length, clock.now()));
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) client.receiveBinary(data.length, clock.now());
      else client.receive(data.toString('utf8'), clock.now());
    });
    // A broken or oversized frame: ws closes the connection with the right code by itself.
    socket.on('error', brokeLimit);
    socket.on('close', () => this.#connections.delete(connection));
    for (const state of this.#states.values()) client.offer(state, clock.now());
    return client;
  }
}
