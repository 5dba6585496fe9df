import type { Clock } from '../../core/clock.js';
import { TokenBucket, type Rate } from './token-bucket.js';

export type ConnectionLimits = {
  /** Open connections of all clients. */
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** Requests of one address; twice as many at once. */
  readonly maxRequestsPerSecond: number;
};

/** New connections of one address: many dashboards at once after a restart, few afterwards. */
const NEW_CONNECTIONS: Rate = { burst: 600, perSecond: 10 };
/** A connection that broke a limit counts as so many new ones, because its input had to be read. */
const BROKEN_LIMIT = 5;
/** Refusals that one address gets at once; further ones are slowed down. */
const QUICK_REFUSALS: Rate = { burst: 10, perSecond: 1 };
/** Tokens that one address may try in a login. */
const LOGINS: Rate = { burst: 10, perSecond: 0.1 };
/** After so long without a connection, all buckets of an address are full again. */
const FORGET_AFTER_MS = 120_000;

type Client = {
  connections: number;
  seenAtMs: number;
  readonly opened: TokenBucket;
  readonly requests: TokenBucket;
  readonly refusals: TokenBucket;
  readonly logins: TokenBucket;
};

/** The use of the server by each address, loopback included. */
export class AddressLimits {
  readonly #limits: ConnectionLimits;
  readonly #clock: Clock;
  readonly #clients = new Map<string, Client>();
  #connections = 0;

  constructor(limits: ConnectionLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /**
   * Counts a new connection until {@link closed}.
   * @param isShared whether it is a proxy's, which the limits of one address do not concern
   * @returns the limit that it exceeds; it is then not counted
   */
  opened(address: string, isShared = false): string | undefined {
    const { maxConnections, maxConnectionsPerAddress } = this.#limits;
    const client = this.#client(address);
    if (this.#connections >= maxConnections) return `more than ${maxConnections} connections`;
    if (!isShared && client.connections >= maxConnectionsPerAddress)
      return `more than ${maxConnectionsPerAddress} connections of one address`;
    if (!isShared && !client.opened.take(client.seenAtMs)) return 'too many new connections';
    client.connections += 1;
    this.#connections += 1;
    return undefined;
  }

  closed(address: string): void {
    this.#client(address).connections -= 1;
    this.#connections -= 1;
  }

  /** A connection of the address broke a limit. */
  brokeLimit(address: string): void {
    const client = this.#client(address);
    client.opened.drain(client.seenAtMs, BROKEN_LIMIT);
  }

  /** @returns whether the address may make this request now */
  mayRequest(address: string): boolean {
    const client = this.#client(address);
    return client.requests.take(client.seenAtMs);
  }

  /** @returns whether the address may try a token now */
  mayLogIn(address: string): boolean {
    const client = this.#client(address);
    return client.logins.take(client.seenAtMs);
  }

  /** @returns whether this refusal is sent at once; otherwise it is slowed down */
  isRefusedQuickly(address: string): boolean {
    const client = this.#client(address);
    return client.refusals.take(client.seenAtMs);
  }

  /** Forgets addresses that were not seen for a while. Call it once a second. */
  tick(): void {
    const nowMs = this.#clock.now();
    for (const [address, { connections, seenAtMs }] of this.#clients) {
      if (connections === 0 && nowMs - seenAtMs > FORGET_AFTER_MS) this.#clients.delete(address);
    }
  }

  #client(address: string): Client {
    const nowMs = this.#clock.now();
    let client = this.#clients.get(address);
    if (client === undefined) {
      const { maxRequestsPerSecond } = this.#limits;
      client = {
        connections: 0,
        seenAtMs: nowMs,
        opened: new TokenBucket(NEW_CONNECTIONS, nowMs),
        requests: new TokenBucket({ burst: 2 * maxRequestsPerSecond, perSecond: maxRequestsPerSecond }, nowMs),
        refusals: new TokenBucket(QUICK_REFUSALS, nowMs),
        logins: new TokenBucket(LOGINS, nowMs),
      };
      this.#clients.set(address, client);
    }
    client.seenAtMs = nowMs;
    return client;
  }
}
