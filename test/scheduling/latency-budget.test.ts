import assert from 'node:assert/strict';
import fc from 'fast-check';
import { judgeLatency } from '../../src/scheduling/latency-budget.js';

const ms = fc.double({ min: 0, max: 1000, noNaN: true });

describe('judgeLatency', () => {
  it('runs a frame that comes out in time, to the millisecond', () => {
    assert.equal(judgeLatency({ ageMs: 80, transportMs: 5, medianRuntimeMs: 20 }, 100), 'in-time');
    assert.equal(judgeLatency({ ageMs: 80.1, transportMs: 5, medianRuntimeMs: 20 }, 100), 'late');
  });

  it('calls a frame hopeless if even a frame taken on arrival would be late', () => {
    assert.equal(judgeLatency({ ageMs: 10, transportMs: 5, medianRuntimeMs: 120 }, 100), 'hopeless');
    assert.equal(judgeLatency({ ageMs: 170, transportMs: 165, medianRuntimeMs: 16 }, 100), 'hopeless');
  });

  it('finds every frame in time without a budget', () => {
    fc.assert(
      fc.property(
        ms,
        ms,
        (ageMs, medianRuntimeMs) =>
          judgeLatency({ ageMs, transportMs: ageMs, medianRuntimeMs }, undefined) === 'in-time',
      ),
    );
  });

  it('never calls a frame late that has just arrived, so that some frame always runs', () => {
    fc.assert(
      fc.property(
        ms,
        ms,
        ms,
        (transportMs, medianRuntimeMs, budgetMs) =>
          judgeLatency({ ageMs: transportMs, transportMs, medianRuntimeMs }, budgetMs) !== 'late',
      ),
    );
  });
});
