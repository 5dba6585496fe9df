import { UsageError } from '../../core/errors.js';
import type { Keys } from '../../core/keys.js';
import { sinkKind } from '../sinks/sink-kind.js';
import { FEED_DEFAULTS } from './defaults.js';

const keys = {
  host: {
    type: 'text',
    description: 'Address of the WebSocket feed; 0.0.0.0 accepts other machines.',
    allowed: 'an address or host name',
    default: FEED_DEFAULTS.host,
  },
  port: { type: 'number', isInteger: true, min: 0, max: 65535, description: 'Port of the feed; 0 takes a free one.' },
  token: {
    type: 'text',
    env: 'NOWCAST_FEED_TOKEN',
    isSecret: true,
    description:
      'Token that clients must present; without one, Nowcast accepts every client. No flag, because other users of the machine could see it.',
    defaultRule: 'NOWCAST_FEED_TOKEN',
  },
  allowed_origins: {
    type: 'list',
    flag: '--feed-origins <list>',
    description: 'Further origins whose web pages may connect.',
    allowed: 'a list of origins such as https://example.org; null for pages opened from files, * for all',
  },
  max_clients: {
    type: 'number',
    isInteger: true,
    min: 1,
    description: 'Most clients at once.',
    default: FEED_DEFAULTS.maxClients,
  },
} as const satisfies Keys;

export const feedKind = sinkKind({
  name: 'feed',
  section: { name: 'feed', description: 'WebSocket feed of the live results; without this section, none.' },
  keys,
  flag: {
    declaration: '--feed <[host:]port>',
    description:
      'serve live results as a WebSocket feed; NOWCAST_FEED_TOKEN or the configuration sets its token (such as 8765 or 0.0.0.0:8765; default: none)',
    read: hostAndPort,
  },
  check({ port }) {
    if (port === undefined)
      throw new UsageError(
        'feed.port is missing; it must be a whole number from 0 to 65535 (0 takes any free port); or remove the section feed',
      );
  },
  async open(
    { host, port = 0, token, allowed_origins: allowedOrigins, max_clients: maxClients },
    { header, pages, clock, wallClock, onWarning },
  ) {
    const { createFeedServer } = await import('./feed-server.js');
    const feed = await createFeedServer({
      host,
      port,
      maxClients,
      clock,
      wallClock,
      onWarning,
      ...(token === undefined ? {} : { token }),
      ...(allowedOrigins === undefined ? {} : { allowedOrigins }),
      ...(pages === undefined ? {} : { pages }),
      streams: header.streams,
      classes: header.classes,
    });
    return {
      write: (event) => feed.publish(event),
      writeStats: (stats) => feed.publishStats(stats),
      close: () => feed.close(),
      files: [],
      url: feed.url,
    };
  },
});

function hostAndPort(text: string): { readonly host?: string; readonly port: number } {
  const match = /^(?:(?:\[([\da-f:.]+)\]|([^:\s]+)):)?(\d+)$/i.exec(text.trim());
  const port = Number(match?.[3]);
  if (match === null || port > 65535)
    throw new UsageError(
      `--feed is "${text}"; it must be PORT or HOST:PORT with a port from 0 to 65535, such as 8765, 0.0.0.0:8765 or [::1]:8765`,
    );
  const host = match[1] ?? match[2];
  return host === undefined ? { port } : { host, port };
}
