import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { isLoopback, refusal, type AccessRules } from '../../../src/streaming/http/access.js';

function statusFor(headers: Record<string, string>, rules: Partial<AccessRules> = {}, method = 'GET'): number {
  const request = { headers: { host: 'localhost:8765', ...headers }, method } as unknown as IncomingMessage;
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
  });

  it('refuses a rebound name at every other address, too, and accepts addresses and names of private networks', () => {
    const rules = { host: '0.0.0.0', ownNames: ['cams.example.org'] };
    for (const host of [
      'evil.example:8765',
      'localhost.evil.example',
      '192.168.1.2.evil.example',
      'a.lan.evil.example',
      '',
    ])
      assert.equal(statusFor({ host }, rules), 403, host);
    for (const host of [
      ...['192.168.1.2:8765', '[2001:db8::1]:8765', 'localhost:8765', 'nowcast:8765', 'Kitchen.local:8765', 'pi.lan'],
      ...['cams.example.org:8765', 'cams.example.org.'],
    ])
      assert.equal(statusFor({ host }, rules), 200, host);
    assert.equal(statusFor({ host: 'feed.example:8765' }, { host: 'feed.example' }), 200);
    assert.equal(statusFor({ host: 'c.example' }, { ...rules, allowedOrigins: ['https://c.example'] }), 200);
  });

  it('accepts pages of its own address and of allowed origins only', () => {
    assert.equal(statusFor({ origin: 'http://localhost:8765' }), 200);
    for (const origin of ['http://localhost:3000', 'https://evil.example', 'null'])
      assert.equal(statusFor({ origin }), 403, origin);
    assert.equal(statusFor({ origin: 'http://localhost:3000' }, { allowedOrigins: ['http://localhost:3000'] }), 200);
    assert.equal(statusFor({ origin: 'null' }, { allowedOrigins: ['*'] }), 200);
  });

  it('lets only pages of its own change anything, whatever origins may read', () => {
    const write = (headers: Record<string, string>, allowedOrigins: readonly string[]): number =>
      statusFor(headers, { allowedOrigins }, 'PUT');
    assert.equal(write({}, []), 200);
    assert.equal(write({ origin: 'http://localhost:8765' }, []), 200);
    for (const allowed of [[], ['*'], ['http://localhost:3000']])
      for (const origin of ['http://localhost:3000', 'https://evil.example', 'null'])
        assert.equal(write({ origin }, allowed), 403, `${origin} ${allowed.join()}`);
    // A name that was pointed at this machine makes its page look like one of the server's own.
    const rebound = { host: 'evil.example:8765', origin: 'http://evil.example:8765' };
    assert.deepEqual([statusFor(rebound, { allowedOrigins: ['*'] }), write(rebound, ['*'])], [200, 403]);
    const ofProxy = { host: 'cams.example', origin: 'https://cams.example' };
    assert.equal(write(ofProxy, ['https://cams.example']), 200);
  });

  it('recognises addresses that only this machine can reach', () => {
    for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1']) assert.ok(isLoopback(host), host);
    for (const host of ['0.0.0.0', '::', '192.168.1.2', '128.0.0.1', '127.evil.example'])
      assert.ok(!isLoopback(host), host);
  });
});
