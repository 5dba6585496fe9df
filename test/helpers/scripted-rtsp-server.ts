import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export type ScriptedRequest = {
  readonly method: string;
  readonly url: string;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Number of its connection, from 0. */
  readonly connection: number;
};

/** The reaction to a request: bytes to send, or nothing. */
export type Script = (request: ScriptedRequest, socket: Socket) => string | Uint8Array | undefined;

export const SDP = 'v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=1\r\n';

/** A reply to the request, with its number. */
export function reply(
  request: ScriptedRequest,
  status = '200 OK',
  headers: Readonly<Record<string, string>> = {},
  body = '',
): string {
  const fields = {
    CSeq: request.headers.get('cseq') ?? '',
    ...headers,
    ...(body === '' ? {} : { 'Content-Length': String(body.length) }),
  };
  return `RTSP/1.0 ${status}\r\n${Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n${body}`;
}

/** An interleaved packet. */
export function interleaved(channel: number, packet: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0x24, channel, packet.length >> 8, packet.length & 255]), packet]);
}

/** Replies like a plain camera, except to methods with a script. */
export function cameraScript(exceptions: Readonly<Record<string, Script>> = {}): Script {
  const plain: Readonly<Record<string, Script>> = {
    OPTIONS: (request) =>
      reply(request, '200 OK', { Public: 'OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER' }),
    DESCRIBE: (request) =>
      reply(request, '200 OK', { 'Content-Type': 'application/sdp', 'Content-Base': `${request.url}/` }, SDP),
    SETUP: (request) =>
      reply(request, '200 OK', { Session: '4711;timeout=20', Transport: request.headers.get('transport') ?? '' }),
    PLAY: (request) => reply(request),
    GET_PARAMETER: (request) => reply(request),
    TEARDOWN: (request) => reply(request),
  };
  return (request, socket) => (exceptions[request.method] ?? plain[request.method])?.(request, socket);
}

/** An RTSP server on this machine whose replies the test writes. */
export class ScriptedRtspServer {
  readonly requests: ScriptedRequest[] = [];
  readonly sockets: Socket[] = [];
  /** The client's replies to requests of the server, and its interleaved packets, as received. */
  readonly other: string[] = [];
  readonly #server: Server;
  readonly #waiting = new Set<() => void>();

  private constructor(script: Script) {
    this.#server = createServer((socket) => this.#serve(socket, script));
  }

  static async start(script: Script): Promise<ScriptedRtspServer> {
    const server = new ScriptedRtspServer(script);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `rtsp://127.0.0.1:${this.port}/cam`;
  }

  get methods(): string[] {
    return this.requests.map(({ method }) => method);
  }

  /** Sends to the client that connected last. */
  send(bytes: string | Uint8Array): void {
    this.sockets.at(-1)?.write(bytes);
  }

  /** Resolves when the condition holds; it is checked after each received item. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket, script: Script): void {
    const connection = this.sockets.push(socket) - 1;
    let text = '';
    socket.setEncoding('latin1');
    socket.on('error', () => undefined);
    socket.on('close', () => this.#tell());
    socket.on('data', (chunk: string) => {
      text += chunk;
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const [line, ...fields] = text.slice(0, end).split('\r\n');
        text = text.slice(end + 4);
        const [method, url] = line.split(' ');
        if (method.startsWith('RTSP/') || method.startsWith('$')) {
          this.other.push([line, ...fields].join('\n'));
          continue;
        }
        const headers = new Map(
          fields.map((field) => {
            const colon = field.indexOf(':');
            return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()] as const;
          }),
        );
        const request = { method, url, headers, connection };
        this.requests.push(request);
        const answer = script(request, socket);
        if (answer !== undefined && !socket.destroyed) socket.write(answer);
      }
      if (text.startsWith('$')) {
        this.other.push(text);
        text = '';
      }
      this.#tell();
    });
  }

  #tell(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
