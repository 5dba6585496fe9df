import { UsageError } from '../../core/errors.js';
import type { Keys } from '../../core/keys.js';
import { LISTEN_FORMS, listenAddress } from '../../core/listen-address.js';
import { ROLES } from '../../core/role.js';

const userKeys = {
  role: {
    type: 'choice',
    values: ROLES,
    description:
      'A viewer reads, an operator turns switches besides, and an admin also reloads the configuration and reads it.',
    default: 'viewer',
  },
  token: {
    type: 'either',
    of: [
      { type: 'text', description: 'One token.' },
      { type: 'list', description: 'Several tokens.' },
    ],
    required: true,
    isSecret: true,
    description:
      'Token that the user presents, or a list of several that are valid at once; `sha256:` with 64 hexadecimal digits stands for the token with this hash.',
    allowed: 'a text or a list of texts',
  },
} as const satisfies Keys;

/** The section of a service's server. */
export const httpKeys = {
  listen: {
    type: 'text',
    isNumberToo: true,
    check(text) {
      if (listenAddress(text) === undefined) throw new UsageError(`"${text}" must be ${LISTEN_FORMS}`);
    },
    description: 'Address of the server of `nowcast serve`; it holds over `feed.host` and `feed.port`.',
    allowed: 'PORT or HOST:PORT, such as 8765, 0.0.0.0:8765 or [::1]:8765',
    defaultRule: "the feed's address, else 127.0.0.1:8765",
  },
  tls: {
    type: 'section',
    description: 'TLS of the server, for https:// and wss://; the files are read again when they change.',
    keys: {
      cert: { type: 'file', required: true, description: 'Certificate (PEM), with its chain.' },
      key: { type: 'file', required: true, description: 'Key of the certificate (PEM, without a passphrase).' },
    },
  },
  auth: {
    type: 'choice',
    values: ['none', 'required'],
    description:
      '`none` lets everyone who reaches the server do everything; `required` refuses to start without a user or a token.',
    defaultRule: 'required for other machines; none for 127.0.0.1 without users and tokens',
  },
  users: {
    type: 'sections',
    nameOf: 'user',
    description: 'Users of the service by name.',
    allowed: 'a section with one key a user; names are letters, digits, - and _',
    of: userKeys,
  },
  trusted_proxies: {
    type: 'list',
    description: 'Proxies in front of the server, whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.',
    allowed: 'a list of addresses and networks such as 127.0.0.1,10.0.0.0/8',
  },
  proxy_secret: {
    type: 'text',
    isSecret: true,
    description:
      'Text that a trusted proxy sends as `X-Proxy-Secret`; the headers below then name the user, whom the proxy has logged in.',
  },
  proxy_user_header: {
    type: 'text',
    pattern: '^[A-Za-z0-9-]+$',
    description: 'Header with the name of the user.',
    default: 'X-Forwarded-User',
  },
  proxy_role_header: {
    type: 'text',
    pattern: '^[A-Za-z0-9-]+$',
    description: 'Header with the role, or with a list of groups among which roles are; without one, a viewer.',
    default: 'X-Forwarded-Role',
  },
} as const satisfies Keys;
