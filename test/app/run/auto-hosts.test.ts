import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hostsFor, mostHosts } from '../../../src/app/run/auto-hosts.js';

describe('detectors: auto', () => {
  it('is one where one keeps up', () => {
    assert.equal(hostsFor({ cameras: 4, cores: 16, runtimeMs: 10, isOnCpu: true }), 1);
  });

  it('grows with the runtime, up to half of the cores', () => {
    const hosts = [10, 20, 40, 80, 400].map((runtimeMs) =>
      hostsFor({ cameras: 16, cores: 16, runtimeMs, isOnCpu: true }),
    );
    assert.deepEqual(
      hosts,
      hosts.toSorted((a, b) => a - b),
    );
    assert.deepEqual([hosts[0] > 1, hosts.at(-1)], [true, 8]);
  });

  it('is one on two cores, whatever the model', () => {
    assert.equal(hostsFor({ cameras: 16, cores: 2, runtimeMs: 500, isOnCpu: true }), 1);
  });

  it('is at most two for one graphics card', () => {
    assert.equal(hostsFor({ cameras: 16, cores: 32, runtimeMs: 500, isOnCpu: false }), 2);
  });

  it('is at least one, and never more than there are cameras', () => {
    fc.assert(
      fc.property(
        fc.record({
          cameras: fc.integer({ min: 1, max: 64 }),
          cores: fc.integer({ min: 1, max: 128 }),
          runtimeMs: fc.double({ min: 0.1, max: 5000, noNaN: true }),
          isOnCpu: fc.boolean(),
        }),
        (given) => {
          const hosts = hostsFor(given);
          assert.ok(Number.isInteger(hosts) && hosts >= 1 && hosts <= mostHosts(given) && hosts <= given.cameras);
        },
      ),
    );
  });
});
