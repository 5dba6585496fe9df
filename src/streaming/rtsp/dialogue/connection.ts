import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import type { SchedulerLike } from 'rxjs';
import type { Clock } from '../../../core/clock.js';
import type { RtspAddress } from './address.js';
import type { Authenticator } from './authentication.js';
import { Exchange } from './exchange.js';
import { SessionFailure, socketFailure, timeoutFailure } from '../failure.js';
import type { RtspMessage, RtspReply } from './message.js';
import { ReadSlab } from '../read-slab.js';
import { answerTo } from './server-request.js';
import { StreamSplitter } from './stream-splitter.js';

export type ConnectionOptions = {
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly scheduler: SchedulerLike;
  readonly authenticator: Authenticator;
};

export type RtspConnectionEvents = {
  /** An interleaved packet; the receiver owns its memory. */
  onPacket(channel: number, packet: Uint8Array, arrivedAtMs: number): void;
  /** Bytes of any kind arrived. */
  onAlive(): void;
  onRoundTrip(roundTripMs: number): void;
  onNotice(text: string): void;
};

/** The most bytes that may wait to be sent: nothing more is sent to a peer that does not read. */
const MOST_UNSENT_BYTES = 256 * 1024;

/** One TCP or TLS connection to a server: emits the server's packets and requests, and sends ours. */
export class RtspConnection {
  /** Resolves when requests can be sent; rejects with a {@link SessionFailure}. */
  readonly connected: Promise<void>;
  /** Resolves with the reason when the connection has become unusable, whichever side ended it. */
  readonly failed: Promise<SessionFailure>;
  readonly #socket: Socket;
  readonly #splitter: StreamSplitter;
  readonly #exchange: Exchange;
  readonly #closed: Promise<void>;
  #arrivedAtMs = 0;
  #isConnected = false;
  #isPlaying = false;
  #fail!: (failure: SessionFailure) => void;

  constructor(
    { host, port, isSecure }: RtspAddress,
    { timeoutMs, clock, scheduler, authenticator }: ConnectionOptions,
    events: RtspConnectionEvents,
  ) {
    this.#exchange = new Exchange({
      write: (text) => this.#write(Buffer.from(text, 'utf8')),
      authenticator,
      timeoutMs,
      clock,
      scheduler,
      onRoundTrip: (roundTripMs) => events.onRoundTrip(roundTripMs),
    });
    this.#splitter = new StreamSplitter({
      onPacket: (channel, packet) => events.onPacket(channel, packet, this.#arrivedAtMs),
      onMessage: (message) => this.#onMessage(message),
      onJunk: () => events.onNotice('the camera sends bytes that are not RTSP between its packets; Nowcast skips them'),
    });
    this.failed = new Promise((resolve) => {
      this.#fail = (failure) => {
        this.#exchange.fail(failure);
        resolve(failure);
      };
    });
    const slab = new ReadSlab();
    const onChunk = (chunk: Buffer): boolean => {
      this.#arrivedAtMs = clock.now();
      events.onAlive();
      this.#splitter.push(chunk);
      return true;
    };
    this.#socket = isSecure
      ? // As ffmpeg does by default: cameras sign their certificates themselves. The notice below informs the owner.
        connectTls({
          host,
          port,
          servername: isIP(host) === 0 ? host : '',
          rejectUnauthorized: false,
          minVersion: 'TLSv1',
        })
      : connect({ host, port, onread: { buffer: () => slab.room(), callback: (bytes) => onChunk(slab.take(bytes)) } });
    const socket = this.#socket;
    socket.setNoDelay(true);
    const timer = scheduler.schedule(() => socket.destroy(timeoutFailure()), timeoutMs);
    let attemptedAtMs = clock.now();
    // The round trip excludes name resolution.
    socket.on('connectionAttempt', () => {
      attemptedAtMs = clock.now();
    });
    socket.once('connect', () => events.onRoundTrip(Math.max(0, clock.now() - attemptedAtMs)));
    // With its own read memory, a plain socket emits no 'data'.
    if (isSecure) socket.on('data', onChunk);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#fail(
        error instanceof SessionFailure ? error : socketFailure(error.code, this.#isConnected, this.#isPlaying),
      );
    });
    this.#closed = new Promise((resolve) =>
      socket.once('close', () => {
        timer.unsubscribe();
        this.#fail(socketFailure(undefined, this.#isConnected, this.#isPlaying));
        resolve();
      }),
    );
    this.connected = new Promise((resolve, reject) => {
      socket.once(isSecure ? 'secureConnect' : 'connect', () => {
        timer.unsubscribe();
        this.#isConnected = true;
        if (socket instanceof TLSSocket && !socket.authorized) {
          events.onNotice(
            "this machine does not trust the signer of the camera's certificate: the connection is encrypted, but another machine may be answering",
          );
        }
        resolve();
      });
      void this.failed.then(reject);
    });
    // A session that is stopped while it connects does not wait for this promise.
    this.connected.catch(() => undefined);
  }

  /** This machine's address on the route to the server. */
  get localAddress(): string | undefined {
    return this.#socket.localAddress;
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  /** See {@link Exchange.request}. */
  request(method: string, url: string, headers?: Readonly<Record<string, string>>): Promise<RtspReply> {
    return this.#exchange.request(method, url, headers);
  }

  /** From now on, the connection's end counts as the loss of a stream, not as a refusal. */
  setPlaying(): void {
    this.#isPlaying = true;
  }

  /** See {@link StreamSplitter.expectChannels}. */
  expectChannels(channels: readonly number[]): void {
    this.#splitter.expectChannels(channels);
  }

  /** @param packet at most 65,535 bytes */
  sendPacket(channel: number, packet: Uint8Array): void {
    const header = Buffer.from([0x24, channel, packet.length >> 8, packet.length & 0xff]);
    this.#write(Buffer.concat([header, packet]));
  }

  /** Resolves when the socket is closed. Safe to call twice. */
  close(): Promise<void> {
    this.#socket.destroy();
    return this.#closed;
  }

  #onMessage(message: RtspMessage): void {
    if (message.kind === 'request') {
      const { answer, failure } = answerTo(message);
      this.#write(Buffer.from(answer, 'latin1'));
      if (failure !== undefined) this.#fail(failure);
    } else if (message.protocol === 'HTTP') {
      this.#fail(
        new SessionFailure('refused', 'a web server answers at this port instead of RTSP: check the port of the URL'),
      );
    } else {
      this.#exchange.onReply(message, this.#arrivedAtMs);
    }
  }

  #write(bytes: Uint8Array): void {
    if (!this.#socket.writable) return;
    if (this.#socket.writableLength > MOST_UNSENT_BYTES) this.#socket.destroy();
    else this.#socket.write(bytes);
  }
}
