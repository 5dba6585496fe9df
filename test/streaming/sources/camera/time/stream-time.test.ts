import assert from 'node:assert/strict';
import fc from 'fast-check';
import { captureClock } from '../../../../../src/streaming/sources/camera/time/capture-clock.js';
import {
  streamClock,
  type StreamGap,
  type StreamTime,
} from '../../../../../src/streaming/sources/camera/time/stream-time.js';
import { simulate, START_MS, type SimulatedCamera } from '../../../../helpers/simulated-camera.js';

const at = (
  mediaMs: number,
  arrivedAtMs: number,
  capturedAtMs = arrivedAtMs,
  more: { isNewConnection?: boolean; hasLoss?: boolean; mayGoBack?: boolean } = {},
) => ({ mediaMs, arrivedAtMs, estimate: { capturedAtMs, uncertaintyMs: 5 }, ...more });

describe('stream time', () => {
  it('keeps the times of a regular source, to the microsecond', () => {
    const clock = streamClock();
    assert.deepEqual(
      [0, 33.333, 66.667, 100].map((ms) => clock.next(at(ms, 5_000 + ms)).ptsMs),
      [0, 33.333, 66.667, 100],
    );
  });

  it('puts B-pictures between their neighbours', () => {
    const clock = streamClock();
    assert.deepEqual(
      [0, 120, 40, 80, 240, 160, 200].map(
        (ms, i) => clock.next(at(ms, 1_000 + i * 40, 900 + ms, { mayGoBack: ms % 120 !== 0 })).ptsMs,
      ),
      [0, 120, 40, 80, 240, 160, 200],
    );
  });

  it('reads a step back of a stream without B-pictures as a clock that was set', () => {
    const clock = streamClock();
    for (let ms = 0; ms <= 400; ms += 40) clock.next(at(ms, 1_000 + ms));
    assert.deepEqual(
      [440, 480, 520].map((ms) => clock.next(at(ms - 300, 1_000 + ms)).ptsMs),
      [440, 480, 520],
    );
  });

  for (const jumpMs of [3_600_000, -3_600_000, -2_000]) {
    for (const from of [5, 6, 7]) {
      it(`puts B-pictures between their neighbours if the media clock jumps by ${jumpMs} ms at the picture shown as number ${from}`, () => {
        const clock = streamClock();
        const order = [0, 3, 1, 2, 6, 4, 5, 9, 7, 8, 12, 10, 11];
        const shown = order.map((number, i) => {
          const mediaMs = number * 40 + (number >= from ? jumpMs : 0);
          return {
            number,
            ptsMs: clock.next(at(mediaMs, 1_000 + i * 40, 900 + number * 40, { mayGoBack: number % 3 !== 0 })).ptsMs,
          };
        });
        assert.deepEqual(
          shown.map(({ ptsMs }) => ptsMs),
          order.map((number) => number * 40),
        );
      });
    }
  }

  it('ascends if the media clock stands still', () => {
    const clock = streamClock();
    const times = Array.from(
      { length: 100 },
      (_, i) => clock.next(at(0, 1_000 + i * 40, 1_000.333_7 + i * 40.000_3)).ptsMs,
    );
    for (let i = 1; i < times.length; i++) assert.ok(times[i] > times[i - 1], `${times[i]} after ${times[i - 1]}`);
  });

  it('puts B-pictures between their neighbours if the camera stood still between the two', () => {
    const clock = streamClock();
    for (const [i, ms] of [0, 120, 40, 80].entries())
      clock.next(at(ms, 1_000 + i * 40, 900 + ms, { mayGoBack: ms % 120 !== 0 }));
    assert.deepEqual(
      [3_240, 160, 200].map((ms, i) => clock.next(at(ms, 4_160 + i * 40, 900 + ms, { mayGoBack: i > 0 })).ptsMs),
      [3_240, 160, 200],
    );
  });

  for (const jumpMs of [3_600_000, -3_600_000]) {
    it(`continues by the elapsed time if the media clock jumps by ${jumpMs} ms`, () => {
      const clock = streamClock();
      for (let ms = 0; ms <= 400; ms += 40) clock.next(at(ms, 1_000 + ms));
      assert.equal(clock.next(at(440 + jumpMs, 1_440)).ptsMs, 440);
      assert.equal(clock.next(at(480 + jumpMs, 1_480)).ptsMs, 480);
    });
  }

  it('counts a time in which camera and media clock stood still', () => {
    assert.deepEqual(gapsOf([...regular(0, 400), at(440, 4_400)]), [
      {
        fromMs: 1_400,
        toMs: 4_400,
        cause: 'stood-still',
        why: 'the camera stood still for 3.0 s, and its media clock with it',
      },
    ]);
  });

  it('distinguishes lost pictures from a camera that stood still', () => {
    assert.deepEqual(
      gapsOf([...regular(0, 400), at(3_400, 4_400, 4_400, { hasLoss: true })]).map(({ cause }) => cause),
      ['lost'],
    );
    assert.deepEqual(
      gapsOf([...regular(0, 400), at(3_400, 4_400)]).map(({ why }) => why),
      ['the camera stood still for 3.0 s'],
    );
  });

  it('reports a hole of a second, although its ends are uncertain by some milliseconds', () => {
    for (const [holeMs, isTold] of [
      [999.5, true],
      [800, false],
    ] as const) {
      const clock = streamClock();
      for (let ms = 0; ms <= 400; ms += 40) clock.next(at(ms, 1_000 + ms));
      assert.equal(clock.next(at(400 + holeMs, 1_400 + holeMs)).gap !== undefined, isTold, `${holeMs} ms`);
    }
  });

  it('reports that the network held pictures back, from arrival to arrival, and keeps their times', () => {
    const clock = streamClock();
    const times = [...regular(0, 400), at(440, 4_400, 1_440), at(480, 4_401, 1_480)].map((unit) => clock.next(unit));
    assert.deepEqual(
      times.slice(-2).map(({ ptsMs }) => ptsMs),
      [440, 480],
    );
    assert.deepEqual(
      times.flatMap(({ gap }) => gap ?? []),
      [{ fromMs: 1_400, toMs: 4_400, cause: 'held', why: 'the network held pictures back for 3.0 s' }],
    );
  });

  it('reports an unclear cause if network and camera cannot be distinguished, and corrects the times once it is proven', () => {
    const clock = streamClock();
    const hole = { ...at(440, 4_400, 1_440), estimate: { capturedAtMs: 1_440, uncertaintyMs: 3_000 } };
    const times = [...regular(0, 400), hole, at(480, 4_440, 4_440), at(520, 4_480, 4_480)].map((unit) =>
      clock.next(unit),
    );
    assert.deepEqual(
      times.flatMap(({ gap }) => gap?.cause ?? []),
      ['unclear'],
    );
    assert.deepEqual(
      times.slice(-3).map(({ ptsMs }) => ptsMs),
      [440, 3_440, 3_480],
    );
  });

  it('reports the time without a connection', () => {
    assert.deepEqual(gapsOf([...regular(0, 400), at(90_000, 9_400, 9_400, { isNewConnection: true })]), [
      { fromMs: 1_400, toMs: 9_400, cause: 'connection', why: 'no connection to the camera for 8.0 s' },
    ]);
  });

  it('has no gaps for a camera that sends a picture every 5 s', () => {
    assert.deepEqual(gapsOf(Array.from({ length: 10 }, (_, i) => at(i * 5_000, 1_000 + i * 5_000))).slice(1), []);
  });

  it('has one gap for one hole of a whole system, of its true extent', () => {
    for (const reportEveryMs of [1_000, 5_000]) {
      const gaps = runThrough({
        seed: 2,
        fps: 15,
        durationMs: 40_000,
        reportEveryMs,
        freezes: [{ fromMs: 20_000, toMs: 24_000, mediaClock: 'runs' }],
      }).flatMap(({ gap }) => gap ?? []);
      assert.equal(gaps.length, 1, JSON.stringify(gaps));
      assert.ok(
        Math.abs(gaps[0].fromMs - START_MS - 19_933) < 50 && Math.abs(gaps[0].toMs - START_MS - 24_000) < 50,
        JSON.stringify(gaps),
      );
    }
  });

  it('gives no time twice, for any source', () => {
    const events = fc.array(
      fc.record({
        media: fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        elapsed: fc.double({ min: 0, max: 1e5, noNaN: true }),
        ageMs: fc.double({ min: 0, max: 1e4, noNaN: true }),
        isNewConnection: fc.boolean(),
        mayGoBack: fc.boolean(),
      }),
      { maxLength: 50 },
    );
    fc.assert(
      fc.property(events, (sequence) => {
        const clock = streamClock();
        const seen = new Set<number>();
        let now = 0;
        for (const { media, elapsed, ageMs, ...more } of sequence) {
          now += elapsed;
          const { ptsMs, gap } = clock.next(at(media, now, now - ageMs, more));
          assert.ok(Number.isFinite(ptsMs) && !seen.has(Math.round(ptsMs * 1_000)), `${ptsMs} twice`);
          seen.add(Math.round(ptsMs * 1_000));
          if (gap !== undefined) assert.ok(gap.toMs > gap.fromMs);
        }
      }),
    );
  });

  it('ascends in a stream without B-pictures, for any media times', () => {
    const mediaMs = fc.oneof(
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      fc.double({ min: 0, max: 600, noNaN: true }),
      fc.constantFrom(0, 40, 80, 0.0004, 300),
    );
    const events = fc.array(
      fc.record({
        mediaMs,
        elapsed: fc.constantFrom(0, 0.01, 40, 5_000),
        ageMs: fc.constantFrom(0, 100, 9_000),
        isNewConnection: fc.boolean(),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(events, (sequence) => {
        const clock = streamClock();
        let [now, lastMs] = [0, -1];
        for (const { mediaMs: media, elapsed, ageMs, isNewConnection } of sequence) {
          now += elapsed;
          const { ptsMs } = clock.next(at(media, now, now - ageMs, { isNewConnection }));
          assert.ok(Math.round(ptsMs * 1_000) > Math.round(lastMs * 1_000), `${ptsMs} after ${lastMs}`);
          lastMs = ptsMs;
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('ascends in a stream without B-pictures through outages, jumps and stalls', () => {
    const times = runThrough({
      seed: 9,
      fps: 30,
      durationMs: 60_000,
      gopCache: true,
      reportEveryMs: 2_000,
      stalls: [{ fromMs: 10_000, toMs: 13_000 }],
      outages: [{ fromMs: 20_000, toMs: 23_000 }],
      mediaSteps: [{ atMs: 30_000, byMs: -3_600_000 }],
      freezes: [{ fromMs: 40_000, toMs: 45_000, mediaClock: 'stands' }],
    });
    times.forEach(({ ptsMs }, i) => assert.ok(i === 0 || ptsMs > times[i - 1].ptsMs, `${ptsMs} at ${i}`));
  });
});

function regular(fromMs: number, toMs: number): ReturnType<typeof at>[] {
  return Array.from({ length: (toMs - fromMs) / 40 + 1 }, (_, i) => at(fromMs + i * 40, 1_000 + fromMs + i * 40));
}

function gapsOf(units: readonly ReturnType<typeof at>[]): StreamGap[] {
  const clock = streamClock();
  return units.flatMap((unit) => clock.next(unit).gap ?? []);
}

function runThrough(camera: SimulatedCamera): StreamTime[] {
  const capture = captureClock();
  const stream = streamClock();
  let isNewConnection = false;
  return simulate(camera).flatMap((event) => {
    if (event.kind === 'connect') {
      capture.newConnection();
      isNewConnection = true;
    } else if (event.kind === 'report') capture.reported(event.report);
    else {
      const { mediaMs, arrivedAtMs, mayGoBack } = event;
      const time = stream.next({
        mediaMs,
        arrivedAtMs,
        estimate: capture.arrived(mediaMs, arrivedAtMs, mayGoBack),
        isNewConnection,
        mayGoBack,
      });
      isNewConnection = false;
      return [time];
    }
    return [];
  });
}
