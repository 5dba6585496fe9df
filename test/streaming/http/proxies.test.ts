import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { Proxies, type ProxySettings } from '../../../src/streaming/http/proxies.js';

const TRUSTED = ['127.0.0.1', '10.0.0.0/8', '2001:db8::/32'];
const LOGIN: NonNullable<ProxySettings['login']> = {
  secretDigest: createHash('sha256').update('between us').digest('hex'),
  userHeader: 'x-forwarded-user',
  roleHeader: 'x-forwarded-role',
};

const clientOf = (remoteAddress: string, forwarded?: string): string | undefined =>
  new Proxies({ trusted: TRUSTED }).clientOf({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  });

describe('proxies', () => {
  it('name their client, and a client behind several is the last one that is none of them', () => {
    for (const [remote, forwarded, client] of [
      ['127.0.0.1', undefined, '127.0.0.1'],
      ['127.0.0.1', '203.0.113.5', '203.0.113.5'],
      ['::ffff:127.0.0.1', '203.0.113.5', '203.0.113.5'],
      ['127.0.0.1', '198.51.100.1, 203.0.113.5, 10.1.2.3', '203.0.113.5'],
      ['2001:db8::7', '[2001:db9::1]:4711', '2001:db9::1'],
      ['10.0.0.1', '203.0.113.5:4711', '203.0.113.5'],
      ['127.0.0.1', '203.0.113.5, unknown', '127.0.0.1'],
      ['127.0.0.1', '', '127.0.0.1'],
      ['203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ] as const)
      assert.equal(clientOf(remote, forwarded), client, `${remote} ${forwarded}`);
  });

  it('are believed in no header that a client has begun', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.array(fc.oneof(fc.ipV4(), fc.string())), (client, forged) => {
        fc.pre(!new Proxies({ trusted: TRUSTED }).isTrusted(client));
        assert.equal(clientOf('10.0.0.1', [...forged, client].join(', ')), client);
        assert.equal(clientOf(client, forged.join(', ')), client);
      }),
    );
  });

  const userOf = (headers: Record<string, string>, remoteAddress = '127.0.0.1', login = true) =>
    new Proxies({ trusted: TRUSTED, ...(login && { login: LOGIN }) }).userOf({ socket: { remoteAddress }, headers });
  const secret = { 'x-proxy-secret': 'between us' };

  it('log in whom they name, with the highest of the roles', () => {
    const kim = { ...secret, 'x-forwarded-user': 'kim' };
    assert.deepEqual(userOf(kim), { name: 'kim', role: 'viewer' });
    for (const [groups, role] of [
      ['operator', 'operator'],
      ['users, Admin, operator', 'admin'],
      ['administrators', 'viewer'],
    ] as const)
      assert.deepEqual(userOf({ ...kim, 'x-forwarded-role': groups }), { name: 'kim', role }, groups);
  });

  it('log in nobody without the secret, without a name, from elsewhere, or where no secret is set', () => {
    const kim = { 'x-forwarded-user': 'kim', 'x-forwarded-role': 'admin' };
    assert.equal(userOf(kim), undefined);
    assert.equal(userOf({ ...kim, 'x-proxy-secret': 'between U' }), undefined);
    assert.equal(userOf(secret), undefined);
    assert.equal(userOf({ ...secret, ...kim }, '203.0.113.9'), undefined);
    assert.equal(userOf({ ...secret, ...kim }, '127.0.0.1', false), undefined);
  });

  it('say whether the way to them is encrypted', () => {
    const isSecure = (remoteAddress: string, proto: string): boolean =>
      new Proxies({ trusted: TRUSTED }).isSecure({
        socket: { remoteAddress },
        headers: { 'x-forwarded-proto': proto },
      });
    assert.deepEqual(
      [isSecure('10.0.0.1', 'https'), isSecure('10.0.0.1', 'http'), isSecure('203.0.113.9', 'https')],
      [true, false, false],
    );
  });
});
