import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { After } from '../../core/after.js';
import type { Clock } from '../../core/clock.js';
import type { NeededRole } from '../../core/role.js';
import { isReading, type Refusal } from './access.js';
import { AddressLimits, type ConnectionLimits } from './address-limits.js';
import type { Admission, AccessSettings, User } from './admission.js';
import { clientAddress } from './client-address.js';
import { FileWatch } from './file-watch.js';
import { HeldRefusals } from './held-refusals.js';
import { readJsonBody } from './json-body.js';
import { OpenRequests } from './open-requests.js';
import { RefusalLog } from './refusal-log.js';
import { json, JSON_HEADERS, pathOf, reply } from './reply.js';
import { SlicedInput } from './sliced-input.js';
import { readTls, type TlsFiles, type TlsIdentity } from './tls.js';

export type WebServerSettings = {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly access: AccessSettings;
  /** The files are read again when they change. */
  readonly tls?: TlsFiles;
  readonly limits: ConnectionLimits;
};

/** The checks before a part answers. */
export type RouteRule = {
  readonly role: NeededRole;
  /** It may have a body, of JSON; otherwise none is read. */
  readonly takesBody?: true;
  /** It tries a token, which each address may do a few times alone. */
  readonly isLogin?: true;
};

/** Who asks, and with what. */
export type Asker = { readonly user: User | undefined; readonly body?: unknown };

/** What the server and the WebSocket of a part tell each other. */
export type SocketLink = {
  /** To be called when the connection ends because it broke a limit or the protocol. */
  brokeLimit(): void;
  /** Sets how to close a connection whose user may not have it any more; until then, it is cut. */
  onRevoked(close: () => void): void;
};

/** A part of the server's content. */
export type WebPart = {
  /** Undefined if it has no such path. All paths of a part without rules are for viewers. */
  rule?(method: string, path: string, query: string): RouteRule | undefined;
  /** @returns false if it has no such path */
  answer(request: IncomingMessage, response: ServerResponse, asker: Asker): boolean;
  /** Path of its WebSocket, if that is not for every path that no other part has. */
  readonly socketPath?: string;
  /** Takes over the connection, or returns the reason to refuse it; absent if the part has no WebSocket. */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer, link: SocketLink): Refusal | undefined;
  /** Called once a second. */
  tick?(): void;
  /** Ends what it has open; resolves when its connections are closed. */
  close?(): Promise<void>;
};

export type WebServerEnvironment = {
  readonly clock: Clock;
  readonly after: After;
  readonly onWarning: (message: string) => void;
};

/** A client that has not sent its whole request by then is disconnected. */
const REQUEST_TIMEOUT_MS = 10_000;
const LOOK_FOR_TIMEOUTS_MS = 2000;
/** An open connection without traffic is closed after this; parts that answer later exempt theirs. */
const IDLE_TIMEOUT_MS = 30_000;
/** Requests of one connection that wait for their answers. Browsers never send a second one before the first answer. */
const MOST_WAITING = 16;

/**
 * The one HTTP server. It answers the requests of all parts under one set of access rules and limits, and cuts or slows
 * down every client that exceeds them.
 */
export class WebServer {
  readonly #settings: WebServerSettings;
  readonly #environment: WebServerEnvironment;
  readonly #admission: Admission;
  readonly #parts: readonly WebPart[];
  readonly #limits: AddressLimits;
  readonly #refusals: RefusalLog;
  readonly #server: Server;
  #tlsWatch: FileWatch<unknown> | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #inputs = new WeakMap<Duplex, SlicedInput>();
  readonly #waiting = new WeakMap<Duplex, number>();
  /** Connections that get nothing any more but the refusal. */
  readonly #refused = new WeakSet<Duplex>();
  /** Those of them that have been counted as a broken limit. */
  readonly #charged = new WeakSet<Duplex>();
  readonly #held: HeldRefusals;
  readonly #open: OpenRequests;
  #closed: Promise<void> | undefined;

  /** @throws UsageError if a file of TLS cannot be used */
  constructor(
    settings: WebServerSettings,
    admission: Admission,
    parts: readonly WebPart[],
    environment: WebServerEnvironment,
  ) {
    const { clock, onWarning } = environment;
    this.#settings = settings;
    this.#environment = environment;
    this.#admission = admission;
    this.#parts = parts;
    this.#limits = new AddressLimits(settings.limits, clock);
    this.#refusals = new RefusalLog(clock, onWarning);
    this.#held = new HeldRefusals(environment.after);
    this.#open = new OpenRequests(admission);
    this.#server = this.#create();
  }

  /** The bound port. */
  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? this.#settings.port;
  }

  /** Rejects with the system's error if the address cannot be bound. */
  async listen(): Promise<void> {
    const { host, port } = this.#settings;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    // A failed accept (for example, no file descriptors left) concerns one client; the server continues.
    this.#server.on('error', ({ message }) => this.#environment.onWarning(message));
  }

  /** Call it once a second. */
  tick(): void {
    this.#limits.tick();
    this.#refusals.tick();
    this.#tlsWatch?.tick();
    this.#admission.tick();
    this.#open.tick();
    for (const part of this.#parts) part.tick?.();
  }

  /** Ends every connection and frees the port. Safe to call twice. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#held.releaseAll();
    await Promise.all(this.#parts.map(async (part) => part.close?.()));
    for (const socket of this.#sockets) socket.destroy();
    await stopped;
    this.#refusals.flush();
  }

  #create(): Server {
    const options = {
      headersTimeout: REQUEST_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: LOOK_FOR_TIMEOUTS_MS,
    };
    const server =
      this.#settings.tls === undefined ? createServer(options) : this.#createTls(options, this.#settings.tls);
    server.timeout = IDLE_TIMEOUT_MS;
    server.on('request', (request, response) => this.#answer(request, response));
    // Without a "100 Continue", a client keeps its body to itself.
    server.on('checkContinue', (request, response) => this.#answer(request, response));
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    // Node's own listeners begin to parse: they get only connections within the limits.
    const begin = server.listeners('connection') as ((this: Server, socket: Socket) => void)[];
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      if (!this.#admits(socket)) return;
      for (const listener of begin) listener.call(server, socket);
      if (this.#settings.tls === undefined) this.#slice(socket);
    });
    server.on('secureConnection', (socket: Socket) => this.#slice(socket));
    return server;
  }

  #createTls(options: object, files: TlsFiles): TlsServer {
    const server = createTlsServer({ ...options, handshakeTimeout: REQUEST_TIMEOUT_MS });
    this.#tlsWatch = new FileWatch<unknown>(
      [files.certPath, files.keyPath],
      () => readTls(files),
      (identity) => server.setSecureContext(identity as TlsIdentity),
      this.#environment.onWarning,
    );
    return server;
  }

  #slice(socket: Socket): void {
    this.#inputs.set(socket, new SlicedInput(socket, () => this.#refused.has(socket)));
  }

  /** Counts a new connection; one beyond the limits is cut, late enough to slow down a client that tries again. */
  #admits(socket: Socket): boolean {
    const address = clientAddress(socket.remoteAddress);
    const isShared = this.#admission.isProxy(socket.remoteAddress);
    const exceeded = this.#closed === undefined ? this.#limits.opened(address, isShared) : 'the server ends';
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    if (exceeded === undefined) {
      socket.once('close', () => this.#limits.closed(address));
      return true;
    }
    socket.on('error', () => undefined);
    if (this.#closed === undefined) this.#refusals.refused(address, exceeded);
    this.#held.hold(socket, () => socket.destroy());
    return false;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    if (socket.destroyed || this.#isRefused(request)) return;
    const waiting = (this.#waiting.get(socket) ?? 0) + 1;
    this.#waiting.set(socket, waiting);
    response.once('close', () => {
      this.#waiting.set(socket, (this.#waiting.get(socket) ?? 1) - 1);
      this.#open.delete(request);
    });
    const refuse = (why: Refusal): void => {
      this.#refuse(socket, request, why, () => {
        response.writeHead(why.status, { ...JSON_HEADERS, ...challengeOf(why), connection: 'close' });
        response.end(request.method === 'HEAD' ? undefined : json({ error: why.message }), () => socket.destroySoon());
      });
    };
    const pass = (asker: Asker): void => {
      this.#open.add(request, rule.role, () => socket.destroy());
      if (this.#parts.some((part) => part.answer(request, response, asker))) return;
      if (isReading(request)) reply(response, 404, { error: `no ${pathOf(request)} here` });
      else refuse(READ_ONLY);
    };
    const rule = this.#ruleOf(request);
    const user = this.#admission.userOf(request);
    const refused = this.#refusal(request, waiting, user, rule);
    if (refused !== undefined) refuse(refused);
    else if (!hasBody(request)) pass({ user });
    else if (rule.takesBody !== true) refuse(isReading(request) ? NO_BODY : READ_ONLY);
    else
      void readJsonBody(request, response).then((read) => {
        if (read === undefined || this.#isRefused(request)) return;
        if ('json' in read) pass({ user, body: read.json });
        else refuse(read);
      });
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#inputs.get(socket)?.release();
    // A client that left before it got the response.
    socket.on('error', () => socket.destroy());
    if (socket.destroyed || this.#isRefused(request)) return;
    const user = this.#admission.userOf(request);
    const why = this.#refusal(request, 1, user, FOR_VIEWERS) ?? this.#upgradeByPart(request, socket, head);
    if (why === undefined) return;
    this.#refuse(socket, request, why, () => {
      // A client that does not close its side would keep the connection open, and delay the end of the server.
      socket.once('finish', () => socket.destroy());
      socket.end(
        `HTTP/1.1 ${why.status} ${STATUS_CODES[why.status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(why.message)}\r\n\r\n${why.message}`,
      );
    });
  }

  #upgradeByPart(request: IncomingMessage, socket: Duplex, head: Buffer): Refusal | undefined {
    const path = pathOf(request);
    const part = this.#parts.find((one) => one.upgrade !== undefined && (one.socketPath ?? path) === path);
    if (part?.upgrade === undefined) return NO_UPGRADE;
    const address = this.#admission.addressOf(request);
    const onRevoked = (close: () => void): void => this.#open.add(request, FOR_VIEWERS.role, close);
    onRevoked(() => socket.destroy());
    socket.once('close', () => this.#open.delete(request));
    return part.upgrade(request, socket, head, { brokeLimit: () => this.#limits.brokeLimit(address), onRevoked });
  }

  #ruleOf(request: IncomingMessage): RouteRule {
    const [path, query = ''] = (request.url ?? '/').split('?', 2);
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
    for (const part of this.#parts) {
      const rule = part.rule?.(method, path, query);
      if (rule !== undefined) return rule;
    }
    return FOR_VIEWERS;
  }

  #refusal(
    request: IncomingMessage,
    waiting: number,
    user: User | undefined,
    { role, isLogin }: RouteRule,
  ): Refusal | undefined {
    if (this.#closed !== undefined) return { status: 503, message: 'the feed ends' };
    const { maxRequestsPerSecond } = this.#settings.limits;
    const address = this.#admission.addressOf(request);
    if (waiting > MOST_WAITING)
      return tooMany(`more than ${MOST_WAITING} requests of one connection wait for their answers`);
    if (!this.#limits.mayRequest(address)) return tooMany(`more than ${maxRequestsPerSecond} requests a second`);
    if (isLogin === true && !this.#limits.mayLogIn(address)) return tooMany('too many logins');
    return this.#admission.refusal(request, user, role);
  }

  /** A client that sends more before it has the answer makes the server read in vain. */
  #isRefused(request: IncomingMessage): boolean {
    const { socket } = request;
    if (!this.#refused.has(socket)) return false;
    if (!this.#charged.has(socket)) this.#limits.brokeLimit(this.#admission.addressOf(request));
    this.#charged.add(socket);
    return true;
  }

  #refuse(socket: Duplex, request: IncomingMessage, { reason }: Refusal, send: () => void): void {
    const address = this.#admission.addressOf(request);
    if (reason !== undefined && this.#closed === undefined) this.#refusals.refused(address, reason);
    this.#refused.add(socket);
    // At the end of each request Node reads on, so the pause waits for the last one of this slice.
    process.nextTick(() => socket.pause());
    if (this.#closed !== undefined || this.#limits.isRefusedQuickly(address)) send();
    else this.#held.hold(request.socket, send);
  }
}

const FOR_VIEWERS: RouteRule = { role: 'viewer' };
const NO_UPGRADE: Refusal = { status: 404, message: 'this server has no WebSocket' };

function tooMany(message: string): Refusal {
  return { status: 429, message, reason: message };
}

const NO_BODY: Refusal = { status: 413, message: 'this server takes no request with a body' };
const READ_ONLY: Refusal = { status: 405, message: 'this is a WebSocket feed and answers GET only' };

/** HTTP requires it; browsers ask nobody for a token of this scheme. */
function challengeOf({ status }: Refusal): Readonly<Record<string, string>> {
  return status === 401 ? { 'www-authenticate': 'Bearer realm="nowcast"' } : {};
}

function hasBody({ headers }: IncomingMessage): boolean {
  return (headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined;
}
