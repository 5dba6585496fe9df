import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../core/clock.js';
import { isRoleEnough, type NeededRole, type Role } from '../../core/role.js';
import { isLoopback, refusal, type Refusal } from './access.js';
import { clientAddress } from './client-address.js';
import { FileWatch } from './file-watch.js';
import { Proxies, type ProxySettings } from './proxies.js';
import { Sessions } from './sessions.js';
import { ownerOfToken, readTokenFile, shownToken } from './tokens.js';

/** Someone whom the server has recognised. */
export type User = { readonly name: string; readonly role: Role };

/** A user with the SHA-256 of a token, in hexadecimal digits. */
export type KnownUser = User & { readonly digest: string };

export type AccessSettings = {
  /** Origins of web pages that may read, in addition to this server's own; `*` = all. */
  readonly allowedOrigins: readonly string[];
  /** Without these, a file of tokens and proxies that log in, everyone may do everything. */
  readonly users: readonly KnownUser[];
  /** Tokens of further viewers; the file is read again when it changes. */
  readonly tokenFile?: string;
  readonly proxies: ProxySettings;
};

/** The user of a server that knows none. */
const EVERYONE: User = { name: 'everyone', role: 'admin' };

/** Decides who a client is, and what it may do. */
export class Admission {
  readonly #host: string;
  #settings: AccessSettings;
  #proxies: Proxies;
  readonly #sessions: Sessions<KnownUser>;
  readonly #onWarning: (message: string) => void;
  #watch: FileWatch<readonly string[]> | undefined;
  #usersOfFile: readonly KnownUser[] = [];

  /** @throws UsageError if the file of tokens cannot be used */
  constructor(
    { host, access }: { readonly host: string; readonly access: AccessSettings },
    clock: Clock,
    onWarning: (message: string) => void,
  ) {
    this.#host = host;
    this.#onWarning = onWarning;
    this.#settings = access;
    this.#proxies = new Proxies(access.proxies);
    this.#sessions = new Sessions(clock);
    this.#watch = this.#watchOf(access);
  }

  /**
   * Takes over other settings. A session whose token is not among them ends.
   * @throws UsageError if the file of tokens cannot be used; nothing has changed then
   */
  change(access: AccessSettings): void {
    this.#watch = this.#watchOf(access);
    if (access.tokenFile === undefined) this.#usersOfFile = [];
    this.#settings = access;
    this.#proxies = new Proxies(access.proxies);
  }

  /** Whether everyone may do everything. */
  get isOpen(): boolean {
    const { users, tokenFile, proxies } = this.#settings;
    return users.length === 0 && tokenFile === undefined && proxies.login === undefined;
  }

  /** Whether other machines can reach the server. */
  get isReachable(): boolean {
    return !isLoopback(this.#host);
  }

  /** The address by which a client is counted. */
  addressOf(request: IncomingMessage): string {
    return clientAddress(this.#proxies.clientOf(request));
  }

  /** Whether the connection of many clients may come from this address. */
  isProxy(remote: string | undefined): boolean {
    return this.#proxies.isTrusted(remote);
  }

  /** Undefined if nobody is known by what the request shows. */
  userOf(request: IncomingMessage): User | undefined {
    if (this.isOpen) return EVERYONE;
    const token = shownToken(request);
    return token === undefined ? (this.#proxies.userOf(request) ?? this.#userOfSession(request)) : this.#owner(token);
  }

  /** The reason to refuse a request of this user. */
  refusal(request: IncomingMessage, user: User | undefined, needed: NeededRole): Refusal | undefined {
    const { allowedOrigins } = this.#settings;
    const foreign = refusal(request, { host: this.#host, allowedOrigins });
    if (foreign !== undefined || isRoleEnough(user?.role, needed)) return foreign;
    if (user === undefined) return NO_TOKEN;
    return {
      status: 403,
      reason: 'role too low',
      message: `this needs the role ${needed}, and the token of ${user.name} has the role ${user.role}`,
    };
  }

  /**
   * Begins a session for the owner of a token.
   * @returns undefined if it is nobody's
   */
  logIn(request: IncomingMessage, token: string): { readonly user: User; readonly cookie: string } | undefined {
    const user = this.#owner(token);
    return user && { user, cookie: this.#sessions.open(user, this.#isSecure(request)) };
  }

  /** @returns the value of `Set-Cookie` */
  logOut(request: IncomingMessage): string {
    return this.#sessions.close(request, this.#isSecure(request));
  }

  /** Call it once a second. */
  tick(): void {
    this.#watch?.tick();
    this.#sessions.tick();
  }

  #watchOf({ tokenFile }: AccessSettings): FileWatch<readonly string[]> | undefined {
    if (tokenFile === undefined) return undefined;
    return new FileWatch<readonly string[]>(
      [tokenFile],
      () => readTokenFile(tokenFile),
      (digests) => (this.#usersOfFile = viewers(digests)),
      this.#onWarning,
    );
  }

  #owner(token: string): KnownUser | undefined {
    return ownerOfToken(token, [...this.#settings.users, ...this.#usersOfFile]);
  }

  /** A session ends with the token that began it. */
  #userOfSession(request: IncomingMessage): KnownUser | undefined {
    const user = this.#sessions.find(request);
    const known = [...this.#settings.users, ...this.#usersOfFile];
    return known.find(({ digest }) => digest === user?.digest);
  }

  #isSecure(request: IncomingMessage): boolean {
    return 'encrypted' in request.socket || this.#proxies.isSecure(request);
  }
}

/** Those who only have a token. */
export function viewers(digests: readonly string[]): KnownUser[] {
  return digests.map((digest) => ({ name: 'viewer', role: 'viewer', digest }));
}

const NO_TOKEN: Refusal = {
  status: 401,
  reason: 'no valid token',
  message:
    'this feed requires its token: send the header "Authorization: Bearer TOKEN", or in a browser add ?token=TOKEN to the address',
};
