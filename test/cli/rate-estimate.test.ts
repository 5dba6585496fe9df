import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RateEstimate } from '../../src/cli/rate-estimate.js';

/** An estimate after items that took these times. */
function after(itemsMs: readonly number[], { from = 0, total }: { from?: number; total?: number } = {}) {
  let nowMs = 1_000_000;
  const estimate = new RateEstimate({ now: () => nowMs }, from, total);
  itemsMs.forEach((ms, i) => {
    nowMs += ms;
    estimate.set(from + i + 1);
  });
  return { estimate, wait: (ms: number) => void (nowMs += ms) };
}

const repeated = (count: number, ms: number): number[] => Array.from({ length: count }, () => ms);

describe('the rate of work', () => {
  it('is exact for steady work, and so is the time that is left', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 500 }), (itemMs, more) => {
        const count = Math.ceil(1000 / itemMs) + more;
        const { estimate } = after(repeated(count, itemMs), { total: 10_000 });
        assert.ok(Math.abs(estimate.perSecond()! - 1000 / itemMs) < 1e-6);
        assert.ok(Math.abs(estimate.leftMs()! - (10_000 - count) * itemMs) < 1e-3);
      }),
    );
  });

  it('is unknown within the first second, and before the first item', () => {
    assert.equal(after([300, 300], { total: 9 }).estimate.leftMs(), undefined);
    const { estimate, wait } = after([], { total: 9 });
    wait(5000);
    assert.equal(estimate.perSecond(), undefined);
  });

  it('does not count work done earlier', () => {
    const { estimate } = after(repeated(10, 1000), { from: 500, total: 600 });
    assert.equal(estimate.leftMs(), 90_000);
  });

  it('forgets a slow or fast start', () => {
    const { estimate } = after([...repeated(100, 10), ...repeated(100, 500)]);
    assert.equal(estimate.perSecond()!.toFixed(3), '2.000');
  });

  it('falls while nothing comes', () => {
    const { estimate, wait } = after(repeated(10, 1000), { total: 20 });
    wait(10_000);
    assert.ok(estimate.leftMs()! > 15_000);
  });

  it('has no time left once all is done, or more than all', () => {
    assert.equal(after(repeated(20, 100), { total: 20 }).estimate.leftMs(), 0);
    assert.equal(after(repeated(25, 100), { total: 20 }).estimate.leftMs(), 0);
  });
});
