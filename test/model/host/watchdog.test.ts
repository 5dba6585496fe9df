import assert from 'node:assert/strict';
import { Watchdog } from '../../../src/model/host/watchdog.js';
import { FakeTime } from './fake-time.js';

describe('Watchdog', () => {
  let time: FakeTime;
  let hungAfterMs: number[];
  let watchdog: Watchdog;
  beforeEach(() => {
    time = new FakeTime();
    hungAfterMs = [];
    watchdog = new Watchdog(2000, (limitMs) => hungAfterMs.push(limitMs), time.after);
  });

  it('reports a run that exceeds the floor, once', () => {
    watchdog.arm();
    time.advance(1999);
    assert.deepEqual(hungAfterMs, []);
    time.advance(60_000);
    assert.deepEqual(hungAfterMs, [2000]);
  });

  it('does not report a finished run', () => {
    watchdog.arm();
    time.advance(1500);
    watchdog.disarm();
    time.advance(60_000);
    assert.deepEqual(hungAfterMs, []);
    assert.equal(time.pending, 0);
  });

  it('restarts with each run', () => {
    for (let run = 0; run < 5; run++) {
      watchdog.arm();
      time.advance(1500);
    }
    assert.deepEqual(hungAfterMs, []);
  });

  it('gives a slow model 20 times its median', () => {
    for (const runMs of [900, 1000, 30_000]) watchdog.learn(runMs);
    assert.equal(watchdog.limitMs, 20_000);
    watchdog.arm();
    time.advance(19_999);
    assert.deepEqual(hungAfterMs, []);
    time.advance(1);
    assert.deepEqual(hungAfterMs, [20_000]);
  });

  it('forgets runtimes of long ago', () => {
    for (let i = 0; i < 25; i++) watchdog.learn(10_000);
    for (let i = 0; i < 25; i++) watchdog.learn(10);
    assert.equal(watchdog.limitMs, 2000);
  });

  it('reads a result that came while this process was suspended before it calls the run hung', () => {
    const noticed: string[] = [];
    const timers: (() => void)[] = [];
    const late = new Watchdog(
      2000,
      () => noticed.push('hung'),
      (_ms, action) => {
        timers.push(action);
        return () => timers.splice(timers.indexOf(action), 1);
      },
    );
    late.arm();
    timers.shift()!();
    late.disarm();
    assert.deepEqual([noticed, timers], [[], []]);
  });
});
