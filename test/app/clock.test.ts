import assert from 'node:assert/strict';
import { serviceClock } from '../../src/app/clock.js';

describe('the clock of a service', () => {
  const started = { monotonicMs: 5000, unixMs: 1_700_000_005_000 };
  const start = () => {
    const machine = { ...started };
    const clock = serviceClock(
      { now: () => machine.monotonicMs, toUnixMs: (ms) => ms + 1_700_000_000_000 },
      () => machine.unixMs,
    );
    return { machine, clock };
  };

  it('follows a wall clock that is set, forward and back, for earlier stamps too', () => {
    const { machine, clock } = start();
    assert.equal(clock.toUnixMs(4000), 1_700_000_004_000);
    machine.unixMs += 86_400_000;
    assert.equal(clock.toUnixMs(4000), 1_700_086_404_000);
    assert.equal(clock.now(), 5000);
    machine.unixMs -= 2 * 86_400_000;
    assert.equal(clock.toUnixMs(5000), 1_699_913_605_000);
  });

  it('is right again after the machine has slept', () => {
    const { machine, clock } = start();
    machine.monotonicMs += 1000;
    machine.unixMs += 3_601_000;
    assert.equal(clock.toUnixMs(clock.now()), 1_700_003_606_000);
  });

  it('keeps the distances of stamps over small steps', () => {
    const { machine, clock } = start();
    for (const stepMs of [400, -800, 300]) {
      machine.unixMs += stepMs;
      assert.equal(clock.toUnixMs(5000), started.unixMs);
    }
  });
});
