import assert from 'node:assert/strict';
import { RecentPercepts } from '../../src/app/recent-percepts.js';
import { dropEventOf, perceptOf } from '../streaming/events.js';

const perceptAt = (seq: number, emittedAtMs: number, latencyMs: number) => {
  const percept = perceptOf(seq);
  return { ...percept, times: { ...percept.times, capturedAtMs: emittedAtMs - latencyMs, emittedAtMs } };
};

describe('the recent percepts of a run', () => {
  it('count all percepts and drops; rate and latency are those of the last five seconds', () => {
    const recent = new RecentPercepts();
    for (let i = 0; i < 100; i++) recent.seen(perceptAt(i, i * 100, 20));
    for (let i = 0; i < 50; i++) recent.seen(perceptAt(100 + i, 10_000 + i * 200, 80));
    for (let i = 0; i < 7; i++) recent.seen(dropEventOf(200 + i));
    assert.deepEqual(recent.details(19_900), {
      text: '150 percepts (5.0/s), 7 dropped, latency 80 ms',
      facts: { percepts: 150, drops: 7, perceptsPerSecond: 5, latencyP50Ms: 80 },
    });
  });

  it('take the time since the first percept of a young run', () => {
    const recent = new RecentPercepts();
    for (let i = 0; i <= 10; i++) recent.seen(perceptAt(i, 700_000 + i * 100, 30));
    assert.equal(recent.details(701_100).text, '11 percepts (10.0/s), 0 dropped, latency 30 ms');
  });

  it('say no latency while nothing comes', () => {
    const recent = new RecentPercepts();
    assert.equal(recent.details(5).text, '0 percepts, 0 dropped');
    recent.seen(perceptAt(0, 1000, 30));
    assert.equal(recent.details(60_000).text, '1 percept (0.0/s), 0 dropped');
  });
});
