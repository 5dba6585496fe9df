import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { ROLES, type Role } from '../../core/role.js';

export type ProxySettings = {
  /** Addresses and networks (`10.0.0.0/8`) of proxies in front of the server. */
  readonly trusted: readonly string[];
  /** Of proxies that log people in themselves. */
  readonly login?: {
    /** SHA-256 of the text that such a proxy sends as `X-Proxy-Secret`, in hexadecimal digits. */
    readonly secretDigest: string;
    /** Headers, in lower case, that name the user and the role. */
    readonly userHeader: string;
    readonly roleHeader: string;
  };
};

export const PROXY_SECRET_HEADER = 'x-proxy-secret';

type Request = Pick<IncomingMessage, 'headers'> & { readonly socket: { readonly remoteAddress?: string | undefined } };

const LONGEST_NAME = 64;

/** What trusted proxies say about the clients behind them. Nobody else is believed. */
export class Proxies {
  readonly #settings: ProxySettings;
  readonly #trusted = new BlockList();

  constructor(settings: ProxySettings) {
    this.#settings = settings;
    for (const each of settings.trusted) {
      const [address, bits] = each.split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      if (bits === undefined) this.#trusted.addAddress(address, family);
      else this.#trusted.addSubnet(address, Number(bits), family);
    }
  }

  isTrusted(remote: string | undefined): boolean {
    const address = remote === undefined ? '' : plain(remote);
    const version = isIP(address);
    return version !== 0 && this.#trusted.check(address, version === 6 ? 'ipv6' : 'ipv4');
  }

  /** The client's address: of the chain of proxies, seen from here, the first one that is not trusted. */
  clientOf({ headers, socket }: Request): string | undefined {
    let client = socket.remoteAddress;
    const hops = String(headers['x-forwarded-for'] ?? '').split(',');
    while (hops.length > 0 && this.isTrusted(client)) {
      const hop = addressIn(hops.pop() ?? '');
      if (hop === undefined) break;
      client = hop;
    }
    return client;
  }

  /** Whether the client's connection is encrypted up to the proxy. */
  isSecure({ headers, socket }: Request): boolean {
    return this.isTrusted(socket.remoteAddress) && headers['x-forwarded-proto'] === 'https';
  }

  /** The user whom a trusted proxy has logged in. */
  userOf({ headers, socket }: Request): { readonly name: string; readonly role: Role } | undefined {
    const { login } = this.#settings;
    if (login === undefined || !this.isTrusted(socket.remoteAddress)) return undefined;
    const secret = createHash('sha256')
      .update(String(headers[PROXY_SECRET_HEADER] ?? ''))
      .digest();
    const name = String(headers[login.userHeader] ?? '').slice(0, LONGEST_NAME);
    if (!timingSafeEqual(secret, Buffer.from(login.secretDigest, 'hex')) || name === '') return undefined;
    const groups = new Set(
      String(headers[login.roleHeader] ?? '')
        .toLowerCase()
        .split(/[\s,|;]+/),
    );
    return { name, role: ROLES.findLast((role) => groups.has(role)) ?? 'viewer' };
  }
}

/** An address as one of IPv4 if that is what it means. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

/** The address of a hop, which may have a port. */
function addressIn(hop: string): string | undefined {
  const text = hop.trim().replace(/^"|"$/g, '');
  const address = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? text.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
  return isIP(address) === 0 ? undefined : address;
}
