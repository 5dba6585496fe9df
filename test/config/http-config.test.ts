import assert from 'node:assert/strict';
import { RUN_KEYS } from '../../src/app/parts.js';
import { resolveHttp, type HttpConfig } from '../../src/config/http-config.js';
import { parseConfig } from '../../src/config/load.js';

function httpOf(yaml: string): HttpConfig {
  const { settings } = parseConfig(RUN_KEYS, `http: {${yaml}}`, 'c.yaml', { SECRET: 'between us' });
  return resolveHttp(settings.http!);
}

describe('the section http', () => {
  it('gives address, TLS, users and proxies', () => {
    const http = httpOf(
      'listen: "[::1]:8443", tls: {cert: a.pem, key: b.pem}, users: {kim: {token: x}, lee: {role: admin, token: [y, z]}}, trusted_proxies: "127.0.0.1,2001:db8::/32", proxy_secret: "${SECRET}", proxy_role_header: Remote-Groups',
    );
    assert.deepEqual(http, {
      listen: { host: '::1', port: 8443 },
      tls: { cert: 'a.pem', key: 'b.pem' },
      auth: undefined,
      users: [
        { name: 'kim', role: 'viewer', token: ['x'] },
        { name: 'lee', role: 'admin', token: ['y', 'z'] },
      ],
      trustedProxies: ['127.0.0.1', '2001:db8::/32'],
      proxyLogin: { secret: 'between us', userHeader: 'x-forwarded-user', roleHeader: 'remote-groups' },
    });
    assert.deepEqual(httpOf('listen: 8765').listen, { port: 8765 });
  });

  for (const [yaml, message] of [
    ['listen: nowhere', /c\.yaml:1: http\.listen: "nowhere" must be PORT or HOST:PORT/],
    ['listen: 70000', /http\.listen: "70000" must be/],
    ['tls: {cert: a.pem}', /http\.tls\.key is missing/],
    ['users: {kim: {}}', /http\.users\.kim\.token is missing/],
    [
      'users: {kim: {token: x, role: root}}',
      /http\.users\.kim\.role is "root"; it must be one of viewer, operator, admin/,
    ],
    ['users: {"a b": {token: x}}', /http\.users\.a b is no name for a user/],
    [
      'trusted_proxies: 10.0.0.0/33',
      /http\.trusted_proxies holds "10\.0\.0\.0\/33"; each must be an address or a network/,
    ],
    ['trusted_proxies: proxy.example', /holds "proxy\.example"/],
    ['proxy_secret: x', /http\.proxy_secret needs http\.trusted_proxies/],
    ['auth: none, users: {kim: {token: x}}', /http\.auth is none, so http\.users would protect nothing/],
    ['auth: maybe', /http\.auth is "maybe"; it must be one of none, required/],
  ] as const)
    it(`refuses ${yaml}`, () => assert.throws(() => httpOf(yaml), message));
});
