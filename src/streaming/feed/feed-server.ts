import type { After } from '../../core/after.js';
import type { Clock, WallClock } from '../../core/clock.js';
import type { PipelineEvent } from '../../core/events.js';
import type { SceneEvent } from '../../core/scene-events.js';
import { isLoopback } from '../http/access.js';
import { HTTP_DEFAULTS } from '../http/defaults.js';
import { viewers, type AccessSettings, type KnownUser } from '../http/admission.js';
import type { Api, ApiUser } from '../http/answer.js';
import type { Pages } from '../http/pages.js';
import { ServerHost } from '../http/server-host.js';
import { launchServerProcess, type ServerProcess } from '../http/server-process.js';
import { nodeAfter, nodeInterval, type StartInterval } from '../http/timers.js';
import { readTls, type TlsFiles } from '../http/tls.js';
import { readTokenFile, tokenDigests } from '../http/tokens.js';
import { FEED_DEFAULTS } from './defaults.js';
import { FEED_TOPIC } from './feed-topic.js';
import type { FeedInfo, FeedMessage, FeedStats } from './protocol.js';
import { isState, keyOfMessage, statsMessage, toFeedMessage } from './server-messages.js';

export type FeedServerOptions = FeedInfo & {
  /** 0 takes any free port. */
  readonly port: number;
  /** Address to listen on; 127.0.0.1 by default. */
  readonly host?: string;
  /**
   * The token that clients must present, or several that are valid at once; `sha256:` with 64 hexadecimal digits stands
   * for a token whose text is stored elsewhere. Clients send `Authorization: Bearer …`, or `?token=…` if headers cannot
   * be set.
   */
  readonly token?: string | readonly string[];
  /** Further tokens, one a line. The file is read again when it changes. */
  readonly tokenFile?: string;
  /** Certificate and key as PEM files; without them, no TLS. The files are read again when they change. */
  readonly tls?: TlsFiles;
  /** Origins of web pages that may connect, in addition to pages of this address; `*` accepts all. */
  readonly allowedOrigins?: readonly string[];
  /** 256 by default; the next one is refused with 503. */
  readonly maxClients?: number;
  /** Connections of all clients, HTTP included; 1024 by default. */
  readonly maxConnections?: number;
  /** Connections of one address, loopback included; 512 by default. */
  readonly maxConnectionsPerAddress?: number;
  /** HTTP requests of one address in a second; 500 by default. */
  readonly maxRequestsPerSecond?: number;
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
  /** Receives warnings as text: open to the network without a token, a client refused or closed, a server restarted. */
  readonly onWarning?: (message: string) => void;
  /** Pages at the same address, under the same access rules. */
  readonly pages?: Pages;
  /** Answers to HTTP requests at the same address, under the same access rules. */
  readonly api?: Api;
};

/**
 * The WebSocket result feed, served by a process of its own. Publishing never waits: newer messages replace those that
 * a client, or the server, cannot take. `await using` closes it.
 */
export type FeedServer = AsyncDisposable & {
  /** The address for clients, without the token. */
  readonly url: string;
  readonly port: number;
  readonly clientCount: number;
  /** Messages that clients were too slow for, and got only the newer ones of their kind and stream; all clients. */
  readonly missedCount: number;
  /** A scene's events come from the operator `scene`. */
  publish(event: PipelineEvent | SceneEvent): void;
  publishStats(stats: FeedStats): void;
  /** The streams are these from now on. */
  setStreams(streams: readonly string[]): void;
  /**
   * Replaces those who may connect. Sessions and connections of tokens that are gone end.
   * @throws UsageError for wrong tokens, or a file of tokens that cannot be read
   */
  setAccess(access: FeedAccess): void;
  /** Closes every client with 1001 and frees the port. Safe to call twice. */
  close(): Promise<void>;
};

/** Who may connect; see `FeedServerOptions`. */
export type FeedAccess = {
  readonly token?: FeedServerOptions['token'] | undefined;
  readonly tokenFile?: string | undefined;
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Beside those that the server knows by itself. */
  readonly api?: Api['access'];
};

/** The parts of the outside world that tests replace. */
export type FeedServerWorld = {
  readonly launch: () => ServerProcess;
  readonly startInterval: StartInterval;
  readonly after: After;
};

const NODE_WORLD: FeedServerWorld = { launch: launchServerProcess, startInterval: nodeInterval, after: nodeAfter };

/**
 * Opens the feed; resolves when clients can connect.
 * @throws UsageError for wrong tokens or files of TLS; OutputError if the address cannot be bound
 */
export function createFeedServer(options: FeedServerOptions): Promise<FeedServer> {
  return createFeedServerIn(NODE_WORLD, options);
}

export async function createFeedServerIn(world: FeedServerWorld, options: FeedServerOptions): Promise<FeedServer> {
  checkFiles(options);
  const feed = new Feed(options, world);
  await feed.start();
  return feed;
}

/**
 * Reads the files of tokens and TLS, before anything starts.
 * @throws UsageError naming the file and the problem
 */
export function checkFiles({ tokenFile, tls }: Pick<FeedServerOptions, 'tokenFile' | 'tls'>): void {
  if (tokenFile !== undefined) readTokenFile(tokenFile);
  if (tls !== undefined) readTls(tls);
}

class Feed implements FeedServer {
  readonly #options: FeedServerOptions;
  readonly #host: string;
  readonly #server: ServerHost;

  constructor(options: FeedServerOptions, world: FeedServerWorld) {
    this.#options = options;
    this.#host = options.host ?? FEED_DEFAULTS.host;
    const { pages } = options;
    this.#server = new ServerHost({
      open: {
        server: {
          host: this.#host,
          port: options.port,
          access: accessSettings({ ...options, api: options.api?.access }),
          ...(options.tls === undefined ? {} : { tls: options.tls }),
          limits: {
            maxConnections: options.maxConnections ?? HTTP_DEFAULTS.maxConnections,
            maxConnectionsPerAddress: options.maxConnectionsPerAddress ?? HTTP_DEFAULTS.maxConnectionsPerAddress,
            maxRequestsPerSecond: options.maxRequestsPerSecond ?? HTTP_DEFAULTS.maxRequestsPerSecond,
          },
        },
        feed: {
          streams: options.streams,
          classes: options.classes,
          maxClients: options.maxClients ?? FEED_DEFAULTS.maxClients,
          maxMessageBytes: options.maxMessageBytes ?? 16 * 1024,
          keepAliveMs: options.keepAliveMs ?? 15_000,
          clients: {
            maxBufferedBytes: options.maxBufferedBytes ?? 64 * 1024,
            slowAfterMs: options.slowAfterMs ?? 10_000,
            maxErrors: 8,
            maxMessagesPerSecond: 100,
          },
        },
        ...(pages === undefined ? {} : { pages: pages.settings }),
        ...(options.api === undefined ? {} : { api: options.api.settings }),
      },
      answer: (what, query, write) =>
        options.pages?.answer(what, query, write) ?? options.api?.answer(what, query, write),
      clock: options.clock,
      onWatched: options.pages?.onWatched,
      onWarning: (message) => options.onWarning?.(message),
      ...world,
    });
  }

  get url(): string {
    const host = ['0.0.0.0', '::'].includes(this.#host) ? 'localhost' : this.#host;
    const scheme = this.#options.tls === undefined ? 'ws' : 'wss';
    return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${this.port}/`;
  }

  get port(): number {
    return this.#server.port;
  }

  get clientCount(): number {
    return this.#server.watchers(FEED_TOPIC);
  }

  get missedCount(): number {
    return this.#server.missed;
  }

  async start(): Promise<void> {
    await this.#server.start();
    const { token, tokenFile, onWarning, pages, api } = this.#options;
    pages?.onOpen(this.#server);
    // The owner of an API says by itself who may use it.
    if (token === undefined && tokenFile === undefined && api?.access === undefined && !isLoopback(this.#host)) {
      onWarning?.(
        `the feed on ${this.url} is open to everyone who reaches ${this.#host}: set a token, or bind it to 127.0.0.1`,
      );
    }
  }

  publish(event: PipelineEvent | SceneEvent): void {
    // Without clients, nothing is encoded but the state that a client would get first.
    if (isState(event) || this.clientCount > 0) this.#post(toFeedMessage(event, this.#options.wallClock));
  }

  publishStats(stats: FeedStats): void {
    if (this.clientCount > 0) this.#post(statsMessage(stats, this.#options.wallClock));
  }

  setStreams(streams: readonly string[]): void {
    this.#server.change({ streams });
  }

  setAccess(access: FeedAccess): void {
    checkFiles({ ...(access.tokenFile !== undefined && { tokenFile: access.tokenFile }) });
    this.#server.change({ access: accessSettings(access) });
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #post(message: FeedMessage): void {
    this.#server.post({
      topic: FEED_TOPIC,
      key: keyOfMessage(message),
      body: JSON.stringify(message),
      ...('stream' in message && { stream: message.stream }),
      isRetained: isState(message),
      isForWatchers: true,
    });
  }
}

function accessSettings({ token, tokenFile, allowedOrigins = [], api }: FeedAccess): AccessSettings {
  return {
    allowedOrigins,
    users: [...viewers(tokenDigests([token ?? []].flat())), ...knownUsers(api?.users)],
    ...(tokenFile !== undefined && { tokenFile }),
    proxies: api?.proxies ?? { trusted: [] },
  };
}

function knownUsers(users: readonly ApiUser[] = []): KnownUser[] {
  return users.flatMap(({ name, role, tokens }) =>
    tokenDigests(tokens, `the token of http.users.${name}`).map((digest) => ({ name, role, digest })),
  );
}
