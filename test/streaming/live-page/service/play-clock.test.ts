import assert from 'node:assert/strict';

/** The page's modules are compiled for browsers, separately from these tests. */
type Module = {
  PlayClock: new () => {
    arrived(ptsMs: number, atMs: number): void;
    answered(ptsMs: number, atMs: number): void;
    readonly delayMs: number;
    targetMs(atMs: number): number | undefined;
  };
};

describe('the clock of a live picture', () => {
  let clock: InstanceType<Module['PlayClock']>;
  beforeEach(async () => {
    const { PlayClock } = (await import(
      new URL('../../../../src/streaming/live-page/page/service/play-clock.js', import.meta.url).href
    )) as Module;
    clock = new PlayClock();
  });
  /** A picture each 40 ms that takes 30 ms to arrive, with percepts after so long. */
  const play = (perceptMs: number, count = 100): number => {
    for (let i = 0; i < count; i++) {
      clock.arrived(40 * i, 1000 + 40 * i + 30);
      clock.answered(40 * i, 1000 + 40 * i + 30 + perceptMs);
    }
    return 1000 + 40 * (count - 1) + 30;
  };

  it('has no picture for a moment before the first one', () => assert.equal(clock.targetMs(0), undefined));

  it('waits for percepts, and little longer', () => {
    const nowMs = play(250);
    assert.ok(clock.delayMs > 250 && clock.delayMs < 320, `${clock.delayMs} ms`);
    // The newest picture is that of 3960 ms.
    assert.equal(clock.targetMs(nowMs), 3960 - clock.delayMs);
  });

  it('is not misled by a burst of old pictures at the start', () => {
    for (let i = 0; i < 50; i++) clock.arrived(40 * i, 5000 + i);
    for (let i = 50; i < 500; i++) clock.arrived(40 * i, 5050 + 40 * (i - 50));
    assert.ok(Math.abs(clock.targetMs(5050 + 40 * 449)! - (40 * 499 - clock.delayMs)) < 1);
  });

  it('never falls further behind than three seconds', () => {
    play(20_000);
    assert.equal(clock.delayMs, 3000);
  });
});
