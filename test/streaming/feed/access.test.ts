import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { isLoopback, refusal, type AccessRules } from '../../../src/streaming/feed/access.js';

function statusFor(headers: Record<string, string>, rules: Partial<AccessRules> = {}, url = '/'): number {
  const request = { headers: { host: 'localhost:8765', ...headers }, url } as unknown as IncomingMessage;
  return refusal(request, { host: '127.0.0.1', allowedOrigins: [], ...rules })?.status ?? 200;
}

describe('feed access', () => {
  it('accepts programs of this machine if there is no token', () => {
    for (const host of ['localhost:8765', '127.0.0.1:8765', '[::1]:8765', 'LOCALHOST'])
      assert.equal(statusFor({ host }), 200, host);
  });

  it('refuses a name that was pointed at this machine (DNS rebinding)', () => {
    for (const host of ['evil.example:8765', '127.0.0.1.evil.example', 'localhost.evil.example', ''])
      assert.equal(statusFor({ host }), 403, host);
    assert.equal(statusFor({ host: 'cams.example' }, { allowedOrigins: ['https://cams.example'] }), 200);
    assert.equal(statusFor({ host: 'evil.example:8765' }, { host: '0.0.0.0' }), 200);
  });

  it('accepts pages of its own address and of allowed origins only', () => {
    assert.equal(statusFor({ origin: 'http://localhost:8765' }), 200);
    for (const origin of ['http://localhost:3000', 'https://evil.example', 'null'])
      assert.equal(statusFor({ origin }), 403, origin);
    assert.equal(statusFor({ origin: 'http://localhost:3000' }, { allowedOrigins: ['http://localhost:3000'] }), 200);
    assert.equal(statusFor({ origin: 'null' }, { allowedOrigins: ['*'] }), 200);
  });

  it('requires the token in the header or the address', () => {
    const rules = { token: 'sésame +&=' };
    assert.equal(statusFor({}, rules), 401);
    assert.equal(statusFor({ authorization: 'Bearer wrong' }, rules), 401);
    assert.equal(statusFor({ authorization: `Basic ${rules.token}` }, rules), 401);
    assert.equal(statusFor({ authorization: `Bearer ${rules.token}` }, rules), 200);
    assert.equal(statusFor({ authorization: `bearer ${rules.token}` }, rules), 200);
    assert.equal(statusFor({}, rules, `/?token=${encodeURIComponent(rules.token)}`), 200);
    assert.equal(statusFor({}, rules, '/?token='), 401);
    assert.equal(
      statusFor({ authorization: 'Bearer wrong' }, rules, `/?token=${encodeURIComponent(rules.token)}`),
      401,
    );
  });

  it('recognises addresses that only this machine can reach', () => {
    for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1']) assert.ok(isLoopback(host), host);
    for (const host of ['0.0.0.0', '::', '192.168.1.2', '128.0.0.1', '127.evil.example'])
      assert.ok(!isLoopback(host), host);
  });
});
