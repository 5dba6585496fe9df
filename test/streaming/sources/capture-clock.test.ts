import assert from 'node:assert/strict';
import fc from 'fast-check';
import { captureClock } from '../../../src/streaming/sources/capture-clock.js';
import { randomSource } from '../../helpers/random.js';

const INTERVAL_MS = 1000 / 30;

describe('capture clock', () => {
  it('takes the jitter of the network out', () => {
    const { uniform } = randomSource(4);
    const clock = captureClock();
    const errors: number[] = [];
    for (let i = 0; i < 600; i++) {
      const drawnAtMs = 7_000 + i * INTERVAL_MS;
      const estimate = clock.capturedAtMs(i * INTERVAL_MS, drawnAtMs + 3 + 40 * uniform() ** 3);
      if (i >= 30) errors.push(estimate - drawnAtMs);
    }
    assert.ok(Math.min(...errors) >= 3, 'never earlier than the quickest frame allows');
    assert.ok(Math.max(...errors) < 5, `${Math.max(...errors)} ms late at worst`);
  });

  it('sees through the frame that the demuxer holds', () => {
    const clock = captureClock();
    clock.newEpoch(true);
    const estimates = Array.from({ length: 10 }, (_, i) => clock.capturedAtMs(i * 40, 1_000 + (i + 1) * 40 + 2));
    assert.deepEqual(estimates.slice(1), estimates.slice(1).map((_, i) => 1_000 + (i + 1) * 40 + 2));
  });

  it('shows a decoder that falls behind as what it is', () => {
    const clock = captureClock();
    let age = 0;
    for (let i = 0; i < 300; i++) {
      const arrivedAtMs = 1_000 + i * INTERVAL_MS * 1.1;
      age = arrivedAtMs - clock.capturedAtMs(i * INTERVAL_MS, arrivedAtMs);
    }
    assert.ok(age > 900 && age < 1_000, `after 11 s with a tenth too slow a decoder a frame is ${age} ms old`);
  });

  for (const [words, ratio] of [['slow', 1.0002], ['fast', 0.9998]] as const) {
    it(`follows a camera whose clock runs ${words}`, () => {
      const clock = captureClock();
      for (let i = 0; i < 100_000; i++) {
        const arrivedAtMs = 1_000 + i * INTERVAL_MS * ratio;
        const ageMs = arrivedAtMs - clock.capturedAtMs(i * INTERVAL_MS, arrivedAtMs);
        assert.ok(ageMs < 0.01, `${ageMs} ms at frame ${i}`);
      }
    });
  }

  it('starts anew where frames seem older than 5 s', () => {
    const clock = captureClock();
    clock.capturedAtMs(0, 1_000);
    assert.equal(clock.capturedAtMs(40, 5_040), 1_040 + 0.002 * 4_040);
    assert.equal(clock.capturedAtMs(80, 20_000), 20_000);
  });

  it('forgets the delay of the connection before', () => {
    const clock = captureClock();
    clock.capturedAtMs(0, 1_000);
    clock.newEpoch(false);
    assert.equal(clock.capturedAtMs(4_000, 9_000), 9_000);
  });

  it('never says later than arrival and never goes back', () => {
    const frames = fc.array(fc.record({ step: fc.double({ min: 0.001, max: 9e3, noNaN: true }), elapsed: fc.double({ min: 0, max: 9e3, noNaN: true }), epoch: fc.boolean() }));
    fc.assert(fc.property(frames, fc.boolean(), (sequence, holdsFrame) => {
      const clock = captureClock();
      let [pts, now, last] = [0, 0, -Infinity];
      for (const { step, elapsed, epoch } of sequence) {
        if (epoch) clock.newEpoch(holdsFrame);
        pts += step;
        now += elapsed;
        const capturedAtMs = clock.capturedAtMs(pts, now);
        assert.ok(capturedAtMs <= now && capturedAtMs >= last);
        last = capturedAtMs;
      }
    }));
  });
});
