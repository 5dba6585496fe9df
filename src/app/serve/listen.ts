import type { HttpConfig } from '../../config/http-config.js';
import type { RunConfig } from '../../config/run-config.js';
import type { Settings } from '../../config/run-keys.js';
import { aboutKeys } from '../../core/error-key.js';
import { UsageError } from '../../core/errors.js';
import { feedKind, hostAndPort } from '../../streaming/feed/kind.js';
import { isLoopback } from '../../streaming/http/access.js';
import type { ApiAccess } from '../../streaming/http/answer.js';
import { readTokenFile, tokenDigests } from '../../streaming/http/tokens.js';

/** The address of a service where neither a flag nor a file gives one. */
export const DEFAULT_LISTEN = '127.0.0.1:8765';

/**
 * The address of a service's server, over every key of a file.
 * @throws UsageError naming the flag and its value
 */
export function listenSettings(text: string, flag: string): Settings {
  hostAndPort(text, flag);
  return { http: { listen: text } };
}

/** The address for files that give none. */
export function defaultListenSettings(): Settings {
  return { feed: hostAndPort(DEFAULT_LISTEN, '--listen') };
}

/** A service's configuration whose feed has the address and the TLS of the section `http`. */
export function withHttpOfFeed(config: RunConfig): RunConfig {
  const { listen, tls } = config.http ?? NO_HTTP;
  const settings = {
    ...listen,
    ...(tls !== undefined && { tls_cert: tls.cert, tls_key: tls.key }),
  };
  return {
    ...config,
    sinks: config.sinks.map((sink) =>
      sink.kind === feedKind.name ? { ...sink, settings: { ...sink.settings, ...settings } } : sink,
    ),
  };
}

/** Of the configuration, that say who may reach a service. */
export const ACCESS_KEYS = ['http.listen', 'feed.host', 'http', 'feed'];

export type ServiceAccess = ApiAccess & {
  /** Everyone who reaches the server from another machine may do everything. */
  readonly isOpenToNetwork: boolean;
};

/**
 * Who may use a service. Reads the file of the feed's tokens if there are users besides.
 * @param config as {@link withHttpOfFeed} gives it
 * @throws UsageError if it would be open to everyone without anybody's saying so, or to nobody
 */
export function serviceAccess({ http = NO_HTTP, sinks }: RunConfig): ServiceAccess {
  const feed = sinks.find(({ kind }) => kind === feedKind.name)?.settings;
  if (feed === undefined) throw new UsageError('a service needs an address; give --listen [HOST:]PORT');
  const { auth, users, trustedProxies, proxyLogin } = http;
  const host = String(feed['host']);
  const hasTokens = feed['token'] !== undefined || feed['token_file'] !== undefined;
  const isOpen = !hasTokens && users.length === 0 && proxyLogin === undefined;
  if (auth === 'none' && hasTokens)
    throw new UsageError(
      'http.auth is none, so feed.token and feed.token_file would protect nothing; remove one of them',
    );
  if (isOpen && auth === 'required')
    throw new UsageError('http.auth is required, but nobody could log in; set http.users with a token, or feed.token');
  if (isOpen && auth === undefined && !isLoopback(host))
    throw new UsageError(
      `the service would be open to everyone who reaches ${host}; set http.users, feed.token, feed.token_file or NOWCAST_FEED_TOKEN, or listen on 127.0.0.1, or set http.auth to none`,
    );
  refuseSharedTokens([
    ...users.flatMap(({ name, token }) => digestsOf(token, `http.users.${name}.token`)),
    ...digestsOf((feed['token'] ?? []) as string | readonly string[], 'feed.token'),
    ...digestsOfFile(users.length === 0 ? undefined : (feed['token_file'] as string | undefined)),
  ]);
  return {
    isOpenToNetwork: isOpen && !isLoopback(host),
    users: users.map(({ name, role, token }) => ({ name, role, tokens: token })),
    proxies: {
      trusted: trustedProxies,
      ...(proxyLogin !== undefined && {
        login: {
          secretDigest: tokenDigests([proxyLogin.secret], 'http.proxy_secret')[0],
          userHeader: proxyLogin.userHeader,
          roleHeader: proxyLogin.roleHeader,
        },
      }),
    },
  };
}

type Digest = { readonly from: string; readonly owner: string; readonly digest: string };

function digestsOf(tokens: string | readonly string[], from: string): Digest[] {
  return tokenDigests([tokens].flat(), from).map((digest) => ({ from, owner: from, digest }));
}

/** Its tokens belong to those whose tokens the feed has. */
function digestsOfFile(path: string | undefined): Digest[] {
  if (path === undefined) return [];
  const digests = aboutKeys(['feed.token_file'], () => readTokenFile(path));
  return digests.map((digest) => ({ from: `feed.token_file (${path})`, owner: 'feed.token', digest }));
}

/** A token shows who presents it, so it belongs to one user. */
function refuseSharedTokens(all: readonly Digest[]): void {
  const owners = new Map<string, string>();
  for (const { from, owner, digest } of all) {
    const other = owners.get(digest) ?? owner;
    if (other !== owner)
      throw new UsageError(`${from} holds the same token as ${other}, so their roles cannot be told apart; change one`);
    owners.set(digest, owner);
  }
}

const NO_HTTP: HttpConfig = {
  listen: undefined,
  tls: undefined,
  auth: undefined,
  users: [],
  trustedProxies: [],
  proxyLogin: undefined,
};
