import assert from 'node:assert/strict';
import { AddressLimits } from '../../../src/streaming/http/address-limits.js';
import { clientAddress } from '../../../src/streaming/http/client-address.js';

function start(): { limits: AddressLimits; clock: { nowMs: number; now(): number } } {
  const clock = { nowMs: 0, now: () => clock.nowMs };
  const limits = new AddressLimits({ maxConnections: 5, maxConnectionsPerAddress: 3, maxRequestsPerSecond: 10 }, clock);
  return { limits, clock };
}

describe('AddressLimits', () => {
  it('counts open connections of each address and of all', () => {
    const { limits } = start();
    for (let i = 0; i < 3; i++) assert.equal(limits.opened('a'), undefined);
    assert.equal(limits.opened('a'), 'more than 3 connections of one address');
    for (let i = 0; i < 2; i++) assert.equal(limits.opened('b'), undefined);
    assert.equal(limits.opened('c'), 'more than 5 connections');
    limits.closed('a');
    assert.equal(limits.opened('c'), undefined);
  });

  it('allows an address a burst of new connections, and few in the long run', () => {
    const { limits, clock } = start();
    const churn = (): number => {
      let count = 0;
      for (; limits.opened('a') === undefined; count++) limits.closed('a');
      return count;
    };
    assert.equal(churn(), 600);
    clock.nowMs = 1000;
    assert.equal(churn(), 10);
    assert.equal(limits.opened('b'), undefined);
  });

  it('allows an address its rate of requests, and twice as many at once', () => {
    const { limits, clock } = start();
    const requests = (): number => {
      let count = 0;
      while (limits.mayRequest('a')) count++;
      return count;
    };
    assert.equal(requests(), 20);
    clock.nowMs = 500;
    assert.equal(requests(), 5);
    clock.nowMs = 60_000;
    assert.equal(requests(), 20);
  });

  it('slows down refusals after the first ones', () => {
    const { limits } = start();
    assert.deepEqual(
      Array.from({ length: 12 }, () => limits.isRefusedQuickly('a')),
      [...Array<boolean>(10).fill(true), false, false],
    );
  });

  it('forgets an address only when that changes nothing', () => {
    const { limits, clock } = start();
    limits.opened('a');
    while (limits.mayRequest('b'));
    limits.tick();
    assert.equal(limits.mayRequest('b'), false);
    clock.nowMs = 600_000;
    limits.tick();
    limits.closed('a');
    for (let i = 0; i < 3; i++) assert.equal(limits.opened('a'), undefined);
    assert.notEqual(limits.opened('a'), undefined);
  });
});

describe('clientAddress', () => {
  it('is the network of 64 bits for IPv6, and the address otherwise', () => {
    for (const [remote, expected] of [
      ['192.168.1.2', '192.168.1.2'],
      ['::ffff:192.168.1.2', '192.168.1.2'],
      ['::1', '::1'],
      ['2001:db8:0:1::7', '2001:db8:0:1::/64'],
      ['2001:DB8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
      ['2001:db8::7', '2001:db8:0:0::/64'],
      ['fe80::1%eth0', 'fe80::1%eth0'],
      [undefined, 'unknown'],
    ] as const)
      assert.equal(clientAddress(remote), expected);
  });
});
