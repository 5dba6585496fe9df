import { aboutKeys } from '../../core/error-key.js';
import { UsageError } from '../../core/errors.js';
import type { Keys } from '../../core/keys.js';
import { LISTEN_FORMS, listenAddress, type ListenAddress } from '../../core/listen-address.js';
import { hashOfToken } from '../../core/token-form.js';
import { sinkKind } from '../sinks/sink-kind.js';
import { HTTP_DEFAULTS } from '../http/defaults.js';
import type { FeedServerOptions } from './feed-server.js';
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
    type: 'either',
    of: [
      { type: 'text', description: 'One token.' },
      { type: 'list', description: 'Several tokens.' },
    ],
    env: 'NOWCAST_FEED_TOKEN',
    isSecret: true,
    description:
      'Token that clients must present, or a list of several that are valid at once; `sha256:` with 64 hexadecimal digits stands for the token with this hash. Without one, Nowcast accepts every client. No flag, because other users of the machine could see it.',
    allowed: 'a text or a list of texts',
    defaultRule: 'NOWCAST_FEED_TOKEN',
  },
  token_file: {
    type: 'file',
    description: 'File of further tokens, one a line; it is read again when it changes.',
  },
  tls_cert: {
    type: 'file',
    description:
      'Certificate of the server (PEM), with its chain, for wss:// and https://; read again when it changes.',
  },
  tls_key: { type: 'file', description: 'Key of the certificate (PEM, without a passphrase).' },
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
  max_connections: {
    type: 'number',
    isInteger: true,
    min: 1,
    description: 'Most connections at once, pages and plain HTTP included.',
    default: HTTP_DEFAULTS.maxConnections,
  },
  max_connections_per_address: {
    type: 'number',
    isInteger: true,
    min: 1,
    description:
      'Most connections of one address, this machine included. Behind a proxy, all clients have its address.',
    default: HTTP_DEFAULTS.maxConnectionsPerAddress,
  },
  max_requests_per_second: {
    type: 'number',
    isInteger: true,
    min: 1,
    description: 'Most HTTP requests of one address.',
    default: HTTP_DEFAULTS.maxRequestsPerSecond,
  },
} as const satisfies Keys;

export const feedKind = sinkKind({
  name: 'feed',
  section: { name: 'feed', description: 'WebSocket feed of the live results; without this section, none.' },
  keys,
  onOtherSettings: 'restart',
  liveKeys: ['token', 'token_file', 'allowed_origins'],
  flag: {
    declaration: '--feed <[host:]port>',
    description:
      'serve live results as a WebSocket feed; NOWCAST_FEED_TOKEN or the configuration sets its token (such as 8765 or 0.0.0.0:8765; default: none)',
    read: (text) => hostAndPort(text, '--feed'),
  },
  check({ port, token, tls_cert: cert, tls_key: key }) {
    if (port === undefined)
      throw new UsageError(
        'feed.port is missing; it must be a whole number from 0 to 65535 (0 takes any free port); or remove the section feed',
      );
    for (const one of [token ?? []].flat()) hashOfToken(one, 'feed.token');
    if ((cert === undefined) !== (key === undefined)) {
      const [given, missing] = cert === undefined ? ['tls_key', 'tls_cert'] : ['tls_cert', 'tls_key'];
      throw new UsageError(`feed.${given} needs feed.${missing}: set both for TLS, or neither`);
    }
  },
  async prepare(settings) {
    const { checkFiles } = await import('./feed-server.js');
    const { tokenFile, tls } = filesOf(settings);
    aboutKeys(['feed.token_file'], () => checkFiles(tokenFile === undefined ? {} : { tokenFile }));
    aboutKeys(['http.tls', 'feed.tls_cert'], () => checkFiles(tls === undefined ? {} : { tls }));
  },
  async open(settings, { header, pages, api, clock, wallClock, onWarning }) {
    const { host, port = 0, token, allowed_origins: allowedOrigins } = settings;
    const { createFeedServer } = await import('./feed-server.js');
    const feed = await createFeedServer({
      host,
      port,
      maxClients: settings.max_clients,
      maxConnections: settings.max_connections,
      maxConnectionsPerAddress: settings.max_connections_per_address,
      maxRequestsPerSecond: settings.max_requests_per_second,
      clock,
      wallClock,
      onWarning,
      ...filesOf(settings),
      ...(token === undefined ? {} : { token }),
      ...(allowedOrigins === undefined ? {} : { allowedOrigins }),
      ...(pages === undefined ? {} : { pages }),
      ...(api === undefined ? {} : { api }),
      streams: header.streams,
      classes: header.classes,
    });
    return {
      write: (event) => feed.publish(event),
      writeScene: (event) => feed.publish(event),
      writeStats: (stats) => feed.publishStats(stats),
      onSources: (sources) => feed.setStreams(sources.map(({ id }) => id)),
      change: ({ token, token_file: tokenFile, allowed_origins: allowedOrigins }: LiveSettings, access) =>
        feed.setAccess({ token, tokenFile, allowedOrigins, api: access }),
      close: () => feed.close(),
      files: [],
      url: feed.url,
      health: () => ({ clients: feed.clientCount, missed: feed.missedCount }),
    };
  },
});

/** Those of its live keys. */
type LiveSettings = {
  readonly token?: string | readonly string[];
  readonly token_file?: string;
  readonly allowed_origins?: readonly string[];
};

type FileKeys = Readonly<Partial<Record<'token_file' | 'tls_cert' | 'tls_key', string | undefined>>>;

function filesOf({
  token_file: tokenFile,
  tls_cert: certPath,
  tls_key: keyPath,
}: FileKeys): Pick<FeedServerOptions, 'tokenFile' | 'tls'> {
  return {
    ...(tokenFile === undefined ? {} : { tokenFile }),
    ...(certPath === undefined || keyPath === undefined ? {} : { tls: { certPath, keyPath } }),
  };
}

/**
 * An address as a flag gives it.
 * @throws UsageError naming the flag
 */
export function hostAndPort(text: string, flag: string): ListenAddress {
  const address = listenAddress(text);
  if (address === undefined) throw new UsageError(`${flag} is "${text}"; it must be ${LISTEN_FORMS}`);
  return address;
}
