import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serviceAccess, withHttpOfFeed } from '../../../src/app/serve/listen.js';
import { resolveHttp } from '../../../src/config/http-config.js';
import type { RunConfig } from '../../../src/config/run-config.js';
import { temporaryFolder } from '../../helpers/temporary.js';

type Http = Parameters<typeof resolveHttp>[0];

/** A configuration with these settings of the feed and the section `http`. */
function configOf(feed: object, http?: Http): RunConfig {
  const settings = { host: '127.0.0.1', port: 1, ...feed };
  return withHttpOfFeed({
    sinks: [
      { kind: 'feed', settings },
      { kind: 'recording', settings: {} },
    ],
    ...(http !== undefined && { http: resolveHttp(http) }),
  } as unknown as RunConfig);
}
const EVERYWHERE = { host: '0.0.0.0' };
const USERS = { kim: { token: 'x' } };

describe('the server of a service', () => {
  const folder = temporaryFolder();

  it('has the address and the TLS of the section http, and without it the feed’s', () => {
    const tls = { cert: '/a.pem', key: '/b.pem' };
    assert.deepEqual(
      configOf({ tls_cert: '/c.pem', tls_key: '/d.pem', max_clients: 3 }, { listen: '[::1]:2', tls }).sinks,
      [
        { kind: 'feed', settings: { host: '::1', port: 2, tls_cert: '/a.pem', tls_key: '/b.pem', max_clients: 3 } },
        { kind: 'recording', settings: {} },
      ],
    );
    assert.deepEqual(configOf(EVERYWHERE).sinks[0].settings, { host: '0.0.0.0', port: 1 });
  });

  it('is open on this machine, and elsewhere only if somebody has said so', () => {
    assert.equal(serviceAccess(configOf({})).isOpenToNetwork, false);
    assert.throws(
      () => serviceAccess(configOf(EVERYWHERE)),
      /open to everyone who reaches 0\.0\.0\.0; set http\.users/,
    );
    assert.throws(() => serviceAccess(configOf({}, { listen: '0.0.0.0:1' })), /open to everyone/);
    assert.equal(serviceAccess(configOf(EVERYWHERE, { auth: 'none' })).isOpenToNetwork, true);
    for (const config of [
      configOf({ ...EVERYWHERE, token: 'x' }),
      configOf({ ...EVERYWHERE, token_file: '/t' }),
      configOf(EVERYWHERE, { users: USERS }),
      configOf(EVERYWHERE, { trusted_proxies: ['10.0.0.1'], proxy_secret: 'x' }),
    ])
      assert.equal(serviceAccess(config).isOpenToNetwork, false);
  });

  it('is refused where its keys contradict each other', () => {
    assert.throws(() => serviceAccess(configOf({}, { auth: 'required' })), /required, but nobody could log in/);
    assert.doesNotThrow(() => serviceAccess(configOf({ token: 'x' }, { auth: 'required' })));
    assert.throws(() => serviceAccess(configOf({ token: 'x' }, { auth: 'none' })), /feed\.token .*protect nothing/);
    assert.throws(() => serviceAccess({ sinks: [] } as unknown as RunConfig), /needs an address; give --listen/);
  });

  it('is refused where two users have one token, whose role would be by chance', () => {
    const hash = `sha256:${createHash('sha256').update('x').digest('hex')}`;
    const lee = (token: string | string[]): Http => ({ users: { ...USERS, lee: { role: 'admin', token } } });
    for (const token of ['x', ['y', 'x'], hash])
      assert.throws(
        () => serviceAccess(configOf({}, lee(token))),
        /http\.users\.lee\.token holds the same token as http\.users\.kim\.token, .*; change one/,
      );
    for (const token of ['x', ['y', 'x']])
      assert.throws(
        () => serviceAccess(configOf({ token }, { users: USERS })),
        /feed\.token holds the same token as http/,
      );
    const file = join(folder(), 'tokens.txt');
    for (const token of ['x', hash]) {
      writeFileSync(file, `y\n${token}\n`);
      assert.throws(
        () => serviceAccess(configOf({ token_file: file }, { users: USERS })),
        /feed\.token_file \(.*tokens\.txt\) holds the same token as http\.users\.kim\.token, .*; change one/,
      );
    }
    assert.doesNotThrow(() =>
      serviceAccess(configOf({ token: 'y', token_file: file }, { users: { lee: { token: 'z' } } })),
    );
    // To name one's own twice is no contradiction.
    assert.doesNotThrow(() => serviceAccess(configOf({ token: ['z', 'z'] }, lee(['y', 'y']))));
  });
});
