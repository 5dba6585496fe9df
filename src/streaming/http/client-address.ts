import { isIPv6 } from 'node:net';

/**
 * The address by which a client is counted: of IPv6 the network of 64 bits, because one machine may use all addresses
 * of its network.
 */
export function clientAddress(remote: string | undefined): string {
  if (remote === undefined) return 'unknown';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(remote)?.[1];
  if (mapped !== undefined) return mapped;
  // All machines of a link share one network of link-local addresses.
  if (!isIPv6(remote) || remote === '::1' || /^fe80:/i.test(remote)) return remote;
  const [before = '', after = ''] = remote.toLowerCase().split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === '' ? [] : after.split(':');
  const groups = remote.includes('::')
    ? [...head, ...Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0'), ...tail]
    : head;
  return `${groups.slice(0, 4).join(':')}::/64`;
}
