import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { Access } from './access.js';
import { interleaved, overUdp, type Carriage } from './carriage.js';
import type { DrawnPicture } from './drawing-board.js';
import type { PacedCameraOptions } from './options.js';
import { RequestReader, type RtspRequest } from './requests.js';
import { RtpStream } from './rtp-stream.js';
import type { CameraClock } from './camera-clock.js';

export type ClientOptions = {
  readonly options: PacedCameraOptions;
  readonly clock: CameraClock;
  readonly now: () => number;
  readonly sdp: () => string;
  /** All pictures since the last key picture, oldest first. */
  readonly recent: () => readonly DrawnPicture[];
  readonly isLossy: () => boolean;
  /** True if sender reports are held back. */
  readonly isSilent: () => boolean;
  readonly onRequest: (method: string) => void;
  readonly onClosed: (client: Client) => void;
};

/** One RTSP connection and its stream. */
export class Client {
  readonly #socket: Socket;
  readonly #context: ClientOptions;
  readonly #access: Access;
  readonly #reader = new RequestReader();
  readonly #session = randomBytes(4).toString('hex');
  #carriage: Carriage | undefined;
  #stream: RtpStream | undefined;
  /** Requests are handled one after the other, even if one has to wait. */
  #answering: Promise<void> = Promise.resolve();
  #timeout: NodeJS.Timeout | undefined;

  constructor(socket: Socket, context: ClientOptions) {
    this.#socket = socket;
    this.#context = context;
    this.#access = new Access(context.options.auth);
    socket.setNoDelay(true);
    socket.on('data', (piece) => this.#read(piece));
    socket.on('error', () => undefined);
    socket.once('close', () => this.#closed());
    this.#awaitRequest();
  }

  /** Of its stream; undefined before PLAY. */
  get stream(): RtpStream | undefined {
    return this.#stream;
  }

  hangUp(): void {
    this.#socket.destroy();
  }

  #read(piece: Buffer): void {
    try {
      for (const request of this.#reader.push(piece)) {
        this.#context.onRequest(request.method);
        this.#awaitRequest();
        this.#answering = this.#answering.then(() => this.#answer(request)).catch(() => this.hangUp());
      }
    } catch {
      this.hangUp();
    }
  }

  async #answer(request: RtspRequest): Promise<void> {
    const { options, sdp } = this.#context;
    if (request.method === 'OPTIONS') {
      this.#reply(request, 200, ['Public: OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, TEARDOWN']);
      return;
    }
    const challenge = this.#access.challenge(request);
    if (challenge !== undefined) {
      this.#reply(request, 401, [`WWW-Authenticate: ${challenge}`]);
      return;
    }
    const session = `Session: ${this.#session};timeout=${options.sessionTimeoutS}`;
    switch (request.method) {
      case 'DESCRIBE': {
        this.#reply(
          request,
          200,
          [`Content-Base: ${request.url.replace(/\/?$/, '/')}`, 'Content-Type: application/sdp'],
          sdp(),
        );
        return;
      }
      case 'SETUP': {
        this.#carriage ??= await this.#carry(request.headers['transport'] ?? '');
        if (this.#carriage === undefined) {
          this.#reply(request, 461);
          return;
        }
        this.#reply(request, 200, [`Transport: ${this.#carriage.header}`, session]);
        return;
      }
      case 'PLAY': {
        if (this.#carriage === undefined) {
          this.#reply(request, 455);
          return;
        }
        this.#reply(request, 200, [session, 'Range: npt=now-']);
        this.#stream ??= new RtpStream(this.#carriage, this.#context);
        return;
      }
      case 'GET_PARAMETER':
      case 'SET_PARAMETER':
      case 'PAUSE': {
        this.#reply(request, 200, [session]);
        return;
      }
      case 'TEARDOWN': {
        this.#reply(request, 200);
        this.#socket.end();
        return;
      }
      default: {
        this.#reply(request, 501);
        return;
      }
    }
  }

  async #carry(transport: string): Promise<Carriage | undefined> {
    const { transports } = this.#context.options;
    const channel = /interleaved=(\d+)/.exec(transport)?.[1];
    const port = /client_port=(\d+)/.exec(transport)?.[1];
    if (transport.includes('TCP') && transports.includes('tcp')) return interleaved(this.#socket, Number(channel ?? 0));
    if (!transport.includes('TCP') && port !== undefined && transports.includes('udp'))
      return overUdp(this.#socket.remoteAddress!.replace('::ffff:', ''), Number(port));
    return undefined;
  }

  #reply({ headers }: RtspRequest, code: number, more: readonly string[] = [], body = ''): void {
    const reason =
      {
        200: 'OK',
        401: 'Unauthorized',
        455: 'Method Not Valid in This State',
        461: 'Unsupported Transport',
        501: 'Not Implemented',
      }[code] ?? '';
    const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
    this.#socket.write(
      [`RTSP/1.0 ${code} ${reason}`, `CSeq: ${headers['cseq'] ?? 0}`, ...more, ...length, '', body].join('\r\n'),
    );
  }

  #awaitRequest(): void {
    clearTimeout(this.#timeout);
    this.#timeout = setTimeout(() => this.hangUp(), this.#context.options.sessionTimeoutS * 1000).unref();
  }

  #closed(): void {
    clearTimeout(this.#timeout);
    this.#stream?.stop();
    this.#carriage?.close();
    this.#context.onClosed(this);
  }
}
