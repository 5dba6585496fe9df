import type { SchedulerLike } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import type { UnitStreamEnd } from '../../core/coded-unit.js';
import { addressOf, type RtspAddress } from './dialogue/address.js';
import { Authenticator } from './dialogue/authentication.js';
import { RtspConnection } from './dialogue/connection.js';
import {
  DEFAULT_TIMEOUT_S,
  describe,
  play,
  Redirection,
  sessionHeader,
  type Described,
  type RtspSessionId,
} from './dialogue/dialogue.js';
import { SessionFailure } from './failure.js';
import { keepAlive } from './dialogue/keep-alive.js';
import type { MediaDescription } from './dialogue/media-description.js';
import { openMediaPath, type MediaPath } from './dialogue/media-path.js';

export type RtspTransport = 'tcp' | 'udp' | 'auto';

export type RtspSessionOptions = {
  /** `auto`: over the RTSP connection; over UDP if the server refuses that. */
  readonly transport: RtspTransport;
  /** For the connection to be established, and for each reply. */
  readonly timeoutMs: number;
  /** Clock that stamps arrivals. */
  readonly clock: Clock;
  readonly scheduler: SchedulerLike;
};

/** The stream that a server has agreed to send. */
export type RtspOpened = {
  readonly media: MediaDescription;
  /** The transport in words, for people: `tcp`, `tls`, `udp` or `udp multicast`. */
  readonly transport: string;
};

/**
 * Called synchronously, in order. All packets of one socket read carry the time of that read. The receiver owns a
 * packet's memory: it is never written again, but keeps its whole read (128 KiB) alive, so copy a packet that you keep
 * for long.
 */
export type RtspSessionEvents = {
  /** Called once, before the first packet. */
  onOpen(opened: RtspOpened): void;
  onRtp(packet: Uint8Array, arrivedAtMs: number): void;
  onRtcp(packet: Uint8Array, arrivedAtMs: number): void;
  /** The server sent bytes of any kind: packets, answers, even invalid ones. */
  onAlive(): void;
  /** A message for the camera's owner, each text once, without secrets. */
  onNotice(text: string): void;
};

/** A running session: one video track of one server. */
export type RtspSession = {
  /** Resolves when every socket is closed; never rejects. No event follows. */
  readonly ended: Promise<UnitStreamEnd>;
  /**
   * The shortest time so far between a request and its reply, or a connection attempt and its acceptance, in
   * milliseconds.
   */
  readonly roundTripMs: number | undefined;
  /** Sends RTCP packets to the server; does nothing before the session is open. */
  sendRtcp(packet: Uint8Array): void;
  /** Ends the session with TEARDOWN. No event follows. Safe to call twice. */
  stop(): void;
};

/** TEARDOWN is a courtesy: it waits for a server only as long as the server's other replies took. */
const TEARDOWN_WAIT_MS = { least: 100, most: 1_000, roundTrips: 10 };
const MOST_REDIRECTS = 5;

/**
 * Opens a session (RFC 2326): OPTIONS, DESCRIBE, SETUP of the first video track that we can read, PLAY.
 * @param url of `rtsp` or `rtsps`, with credentials as typed
 */
export function openRtspSession(url: string, options: RtspSessionOptions, events: RtspSessionEvents): RtspSession {
  return new Session(url, options, events);
}

class Session implements RtspSession {
  readonly ended: Promise<UnitStreamEnd>;
  readonly #options: RtspSessionOptions;
  readonly #events: RtspSessionEvents;
  readonly #stopped: Promise<never>;
  readonly #notices = new Set<string>();
  #stop!: (failure: SessionFailure) => void;
  #isOver = false;
  #opened: RtspOpened | undefined;
  #isOpen = false;
  #path: MediaPath | undefined;
  #roundTripMs: number | undefined;

  constructor(url: string, options: RtspSessionOptions, events: RtspSessionEvents) {
    this.#options = options;
    this.#events = events;
    this.#stopped = new Promise((_, reject) => {
      this.#stop = reject;
    });
    this.#stopped.catch(() => undefined);
    this.ended = this.#run(url).then((end) => {
      this.#isOver = true;
      return end;
    });
  }

  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  sendRtcp(packet: Uint8Array): void {
    if (!this.#isOver) this.#path?.sendRtcp(packet);
  }

  stop(): void {
    this.#isOver = true;
    this.#stop(new SessionFailure('stopped', 'stopped'));
  }

  async #run(url: string): Promise<UnitStreamEnd> {
    let address = addressOf(url);
    if (address === undefined)
      return { kind: 'unsupported', reason: 'this is not a valid RTSP address: check host and port in the URL' };
    try {
      for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
        const next = await this.#visit(address);
        this.#notice(`the camera redirects to ${next.host}:${next.port}`);
        address = next;
      }
      return { kind: 'refused', reason: `the camera redirects more than ${MOST_REDIRECTS} times` };
    } catch (error) {
      if (error instanceof SessionFailure) return error.end;
      // A bug of Nowcast must not keep `ended` from resolving. Its message may contain anything, so it is omitted.
      return {
        kind: 'lost',
        reason: `internal error (${error instanceof Error ? error.name : 'unknown'}): a bug, please report it`,
      };
    }
  }

  /** Resolves with the redirect's address; rejects when the session ends. */
  async #visit(address: RtspAddress): Promise<RtspAddress> {
    const authenticator = new Authenticator(address.credentials);
    for (let isSecond = false; ; isSecond = true) {
      try {
        await this.#converse(address, authenticator);
      } catch (error) {
        if (error instanceof Redirection) return error.address;
        // Some servers close the connection with their first 401.
        const wasCutOff = error instanceof SessionFailure && error.end.kind === 'refused' && authenticator.isUntried;
        if (isSecond || !wasCutOff) throw error;
      }
    }
  }

  /** One connection, from start to end; always rejects, once all its sockets are closed. */
  async #converse(address: RtspAddress, authenticator: Authenticator): Promise<never> {
    const { timeoutMs, clock, scheduler } = this.#options;
    const connection = new RtspConnection(
      address,
      { timeoutMs, clock, scheduler, authenticator },
      {
        onPacket: (channel, packet, arrivedAtMs) => this.#path?.onInterleaved(channel, packet, arrivedAtMs),
        onAlive: () => {
          if (!this.#isOver) this.#events.onAlive();
        },
        onRoundTrip: (ms) => {
          this.#roundTripMs = Math.min(this.#roundTripMs ?? Infinity, ms);
        },
        onNotice: (text) => this.#notice(text),
      },
    );
    const held: { described?: Described; session?: RtspSessionId } = {};
    const dialogue = this.#dialogue(connection, address, authenticator, held);
    try {
      return await Promise.race([dialogue, this.#stopped]);
    } finally {
      if (held.described !== undefined && held.session !== undefined)
        await this.#tearDown(connection, held.described, held.session);
      await connection.close();
      // A stop leaves this running; it ends with the connection, and opens nothing afterwards.
      await dialogue.catch(() => undefined);
      await this.#path?.close();
      this.#path = undefined;
    }
  }

  async #dialogue(
    connection: RtspConnection,
    address: RtspAddress,
    authenticator: Authenticator,
    held: { described?: Described; session?: RtspSessionId },
  ): Promise<never> {
    await connection.connected;
    const described = (held.described = await describe(connection, address));
    if (authenticator.isBasic && !address.isSecure) {
      this.#notice(
        'the camera asks for the password unencrypted (Basic authentication): anyone on the network can read it',
      );
    }
    const { path, session } = await openMediaPath(connection, address, described.trackUrl, {
      transport: this.#options.transport,
      clock: this.#options.clock,
      onSession: (id) => {
        held.session = id;
      },
      onRtp: (packet, arrivedAtMs) => this.#deliver(() => this.#events.onRtp(packet, arrivedAtMs)),
      onRtcp: (packet, arrivedAtMs) => this.#deliver(() => this.#events.onRtcp(packet, arrivedAtMs)),
      onNotice: (text) => this.#notice(text),
    });
    this.#path = path;
    this.#opened = { media: described.media, transport: path.name };
    await play(connection, address, described, session);
    connection.setPlaying();
    // Packets may have come before this reply and opened the session.
    this.#deliver(() => undefined);
    throw await this.#playUntilItEnds(connection, described, session);
  }

  #playUntilItEnds(
    connection: RtspConnection,
    { sessionUrl, hasGetParameter }: Described,
    session: RtspSessionId | undefined,
  ): Promise<SessionFailure> {
    return new Promise((resolve) => {
      const alive = keepAlive({
        timeoutS: session?.timeoutS ?? DEFAULT_TIMEOUT_S,
        hasGetParameter,
        scheduler: this.#options.scheduler,
        request: (method) => connection.request(method, sessionUrl, sessionHeader(session)),
      }).subscribe({ error: resolve });
      void connection.failed.then((failure) => {
        alive.unsubscribe();
        resolve(failure);
      });
    });
  }

  /** Gives up after a short time; at once if the connection is lost. */
  async #tearDown(connection: RtspConnection, { sessionUrl }: Described, session: RtspSessionId): Promise<void> {
    const { least, most, roundTrips } = TEARDOWN_WAIT_MS;
    const waitMs = Math.min(most, Math.max(least, roundTrips * (this.#roundTripMs ?? most)));
    await new Promise<void>((resolve) => {
      const timer = this.#options.scheduler.schedule(() => resolve(), waitMs);
      void connection
        .request('TEARDOWN', sessionUrl, sessionHeader(session))
        .catch(() => undefined)
        .then(() => {
          timer.unsubscribe();
          resolve();
        });
    });
  }

  #deliver(event: () => void): void {
    if (this.#isOver || this.#opened === undefined) return;
    if (!this.#isOpen) {
      this.#isOpen = true;
      this.#events.onOpen(this.#opened);
    }
    event();
  }

  #notice(text: string): void {
    if (this.#isOver || this.#notices.has(text)) return;
    this.#notices.add(text);
    this.#events.onNotice(text);
  }
}
