import { isIP } from 'node:net';
import { UsageError } from '../core/errors.js';
import type { SettingsOf } from '../core/keys.js';
import { listenAddress, type ListenAddress } from '../core/listen-address.js';
import type { Role } from '../core/role.js';
import { hashOfToken } from '../core/token-form.js';
import { httpKeys } from './keys/http-keys.js';
import { withDefaults } from './settings.js';

/** The server of a service, with every default filled in. */
export type HttpConfig = {
  /** Undefined: the feed's address. */
  readonly listen: ListenAddress | undefined;
  /** Absolute paths. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly auth: 'none' | 'required' | undefined;
  readonly users: readonly { readonly name: string; readonly role: Role; readonly token: readonly string[] }[];
  readonly trustedProxies: readonly string[];
  /** Of trusted proxies that log people in. */
  readonly proxyLogin:
    { readonly secret: string; readonly userHeader: string; readonly roleHeader: string } | undefined;
};

/** @throws UsageError naming the keys that contradict each other */
export function resolveHttp(settings: SettingsOf<typeof httpKeys>): HttpConfig {
  const keys = withDefaults(httpKeys, settings);
  const { auth, tls, proxy_secret: secret } = keys;
  const trustedProxies = keys.trusted_proxies ?? [];
  const users = Object.entries(keys.users ?? {}).map(([name, user]) => {
    const { role, token } = withDefaults(httpKeys.users.of, user);
    for (const one of [token].flat()) hashOfToken(one, `http.users.${name}.token`);
    return { name, role, token: [token].flat() };
  });
  if (secret !== undefined) hashOfToken(secret, 'http.proxy_secret');
  const wrong = trustedProxies.find((proxy) => !isNetwork(proxy));
  if (wrong !== undefined)
    throw new UsageError(
      `http.trusted_proxies holds "${wrong}"; each must be an address or a network, such as 127.0.0.1 or 10.0.0.0/8`,
    );
  if (secret !== undefined && trustedProxies.length === 0)
    throw new UsageError(
      'http.proxy_secret needs http.trusted_proxies: set the addresses of the proxies that may send it',
    );
  if (auth === 'none' && (users.length > 0 || secret !== undefined))
    throw new UsageError(
      `http.auth is none, so ${users.length > 0 ? 'http.users' : 'http.proxy_secret'} would protect nothing; remove one of them`,
    );
  return {
    listen: keys.listen === undefined ? undefined : listenAddress(keys.listen),
    tls,
    auth,
    users,
    trustedProxies,
    proxyLogin:
      secret === undefined
        ? undefined
        : {
            secret,
            userHeader: keys.proxy_user_header.toLowerCase(),
            roleHeader: keys.proxy_role_header.toLowerCase(),
          },
  };
}

function isNetwork(text: string): boolean {
  const [address, bits, ...rest] = text.split('/');
  const longest = isIP(address) === 6 ? 128 : 32;
  return (
    isIP(address) !== 0 &&
    rest.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest))
  );
}
