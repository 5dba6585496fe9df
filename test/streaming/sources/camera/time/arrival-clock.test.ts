import assert from 'node:assert/strict';
import fc from 'fast-check';
import { arrivalClock } from '../../../../../src/streaming/sources/camera/time/arrival-clock.js';
import { randomSource } from '../../../../helpers/random.js';

type Sent = { readonly capturedAtMs: number; readonly beganAtMs: number; readonly arrivedAtMs: number };
type Link = {
  readonly seed: number;
  readonly fps: number;
  readonly jitterMs: number;
  /** Time of the link for one picture, in milliseconds. */
  readonly transferMs: number;
  readonly stall?: { readonly fromMs: number; readonly toMs: number };
  /** The link delivers its data at this interval in milliseconds. */
  readonly beatMs?: number;
  /** Pictures that the camera keeps for the link before it drops new ones. */
  readonly queue: number;
};

/** Pictures over a link that carries one after the other. */
function send({ seed, fps, jitterMs, transferMs, stall, queue, beatMs = 0 }: Link, count: number): Sent[] {
  const { uniform } = randomSource(seed);
  const sent: Sent[] = [];
  for (let i = 0; i < count; i++) {
    const capturedAtMs = 1_000_000 + (i * 1_000) / fps;
    if (sent.filter(({ arrivedAtMs }) => arrivedAtMs > capturedAtMs).length > queue) continue;
    const readyAtMs = capturedAtMs + uniform() * jitterMs;
    let beganAtMs = Math.max(readyAtMs, sent.at(-1)?.arrivedAtMs ?? 0);
    if (stall !== undefined && beganAtMs + transferMs > 1_000_000 + stall.fromMs && beganAtMs < 1_000_000 + stall.toMs)
      beganAtMs = 1_000_000 + stall.toMs;
    sent.push({ capturedAtMs, beganAtMs, arrivedAtMs: beganAtMs + transferMs });
  }
  const onBeat = (ms: number): number => (beatMs === 0 ? ms : Math.ceil(ms / beatMs) * beatMs);
  // The first piece of a picture is there a moment after it has begun.
  return sent.map(({ capturedAtMs, beganAtMs, arrivedAtMs }) => ({
    capturedAtMs,
    beganAtMs: onBeat(beganAtMs + 0.1),
    arrivedAtMs: onBeat(arrivedAtMs),
  }));
}

function claims(
  pictures: readonly Sent[],
): { atMs: number; errorMs: number; uncertaintyMs: number; leastAgeMs: number; ageMs: number }[] {
  const clock = arrivalClock();
  return pictures.map((picture) => {
    const { capturedAtMs, uncertaintyMs, leastAgeMs } = clock.arrived(picture);
    return {
      atMs: picture.arrivedAtMs - 1_000_000,
      errorMs: capturedAtMs - picture.capturedAtMs,
      uncertaintyMs,
      leastAgeMs,
      ageMs: picture.arrivedAtMs - picture.capturedAtMs,
    };
  });
}

describe('the clock of pictures without times', () => {
  for (const fps of [5, 15, 30]) {
    it(`dates a picture to its first byte over a link with idle times, at ${fps} fps`, () => {
      const seen = claims(send({ seed: 1, fps, jitterMs: 6, transferMs: 12, queue: 4 }, 200));
      assert.equal(seen[0].uncertaintyMs, 10_010);
      assert.ok(seen.every(({ errorMs, uncertaintyMs }) => Math.abs(errorMs) <= uncertaintyMs));
      assert.ok(
        seen.slice(7).every(({ uncertaintyMs }) => uncertaintyMs <= 20),
        JSON.stringify(seen.slice(7, 11)),
      );
      assert.ok(seen.every(({ leastAgeMs }) => Math.abs(leastAgeMs - 12) < 0.2));
    });
  }

  it('reports a large uncertainty if a link is never idle', () => {
    const seen = claims(send({ seed: 2, fps: 15, jitterMs: 5, transferMs: 90, queue: 40 }, 400));
    assert.ok(seen.every(({ errorMs, uncertaintyMs }) => Math.abs(errorMs) <= uncertaintyMs));
    assert.ok(seen.at(-1)!.ageMs > 3_000, 'the queue is as long as it gets');
    assert.equal(Math.floor(seen.at(-1)!.uncertaintyMs / 1_000), 10);
  });

  it('covers the pictures of a stall, and is certain again when the link is idle', () => {
    const seen = claims(
      send({ seed: 3, fps: 15, jitterMs: 5, transferMs: 10, stall: { fromMs: 8_000, toMs: 11_000 }, queue: 100 }, 300),
    );
    assert.ok(seen.every(({ errorMs, uncertaintyMs }) => Math.abs(errorMs) <= uncertaintyMs));
    assert.ok(seen.some(({ errorMs }) => errorMs > 2_900));
    assert.ok(seen.filter(({ atMs }) => atMs > 12_500).every(({ uncertaintyMs }) => uncertaintyMs <= 20));
  });

  it('does not count pauses between the pieces of a queue as idle', () => {
    const seen = claims(
      send(
        {
          seed: 4,
          fps: 15,
          jitterMs: 3,
          transferMs: 16,
          beatMs: 10,
          stall: { fromMs: 8_000, toMs: 11_000 },
          queue: 100,
        },
        300,
      ),
    );
    assert.ok(seen.every(({ errorMs, uncertaintyMs }) => Math.abs(errorMs) <= uncertaintyMs));
    assert.ok(seen.filter(({ atMs }) => atMs > 13_000).every(({ uncertaintyMs }) => uncertaintyMs <= 25));
  });

  it('becomes certain soon, although the first pictures of a connection were slow', () => {
    const clock = arrivalClock();
    let uncertaintyMs = NaN;
    for (const beganAtMs of [0, 300, 500, ...Array.from({ length: 20 }, (_, i) => 533 + i * 33)])
      ({ uncertaintyMs } = clock.arrived({ beganAtMs, arrivedAtMs: beganAtMs + 3 }));
    assert.ok(uncertaintyMs < 20, `${uncertaintyMs}`);
  });

  it('notices when a camera becomes faster', () => {
    const clock = arrivalClock();
    let uncertaintyMs = NaN;
    for (let i = 0; i < 30; i++) ({ uncertaintyMs } = clock.arrived({ beganAtMs: i * 200, arrivedAtMs: i * 200 + 5 }));
    assert.ok(uncertaintyMs < 20);
    for (let i = 0; i < 400; i++)
      ({ uncertaintyMs } = clock.arrived({ beganAtMs: 6_000 + i * 40, arrivedAtMs: 6_005 + i * 40 }));
    assert.ok(uncertaintyMs < 20, `${uncertaintyMs}`);
  });

  it('dates a requested picture only by the difference from the previous one', () => {
    const clock = arrivalClock();
    clock.arrived({ beganAtMs: 1_000, arrivedAtMs: 1_010 });
    const { capturedAtMs, uncertaintyMs } = clock.arrived({ beganAtMs: 2_000, arrivedAtMs: 2_010, takenAfterMs: 990 });
    assert.equal(capturedAtMs, 2_000);
    assert.ok(uncertaintyMs >= 1_010 && uncertaintyMs < 1_100);
  });

  it('is undefined if the reader does not see the first byte of a picture', () => {
    const clock = arrivalClock();
    for (let i = 0; i < 50; i++)
      assert.deepEqual(clock.arrived({ arrivedAtMs: i * 40 }), {
        capturedAtMs: i * 40,
        captureClock: 'arrival',
        uncertaintyMs: 10_000,
        leastAgeMs: 0,
      });
  });

  it('covers the true time over any link that keeps its order', () => {
    const link = fc.record({
      seed: fc.nat(1e6),
      fps: fc.constantFrom(2, 5, 15, 30),
      jitterMs: fc.constantFrom(0, 2, 5),
      transferMs: fc.integer({ min: 1, max: 300 }),
      queue: fc.integer({ min: 1, max: 20 }),
      beatMs: fc.constantFrom(0, 5),
      stall: fc.record({
        fromMs: fc.integer({ min: 3_000, max: 6_000 }),
        toMs: fc.integer({ min: 6_100, max: 12_000 }),
      }),
    });
    fc.assert(
      fc.property(link, (options) => {
        const seen = claims(send(options, 300));
        const covered =
          seen.filter(({ errorMs, uncertaintyMs }) => Math.abs(errorMs) <= uncertaintyMs).length / seen.length;
        assert.ok(covered >= 0.99, `${covered}`);
      }),
      { numRuns: 300 },
    );
  });
});
