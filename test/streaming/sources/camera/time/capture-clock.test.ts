import assert from 'node:assert/strict';
import fc from 'fast-check';
import { captureClock } from '../../../../../src/streaming/sources/camera/time/capture-clock.js';
import {
  play,
  quantile,
  START_MS,
  type ClaimedPicture,
  type SimulatedCamera,
  type Window,
} from '../../../../helpers/simulated-camera.js';

const FAULT_MS = 30_000;
const lasts = (ms: number): Window => ({ fromMs: FAULT_MS, toMs: FAULT_MS + ms });
const HOUR_MS = 3_600_000;

type Fault = { readonly camera: Partial<SimulatedCamera>; readonly overMs: number };

const FAULTS: Readonly<Record<string, Fault>> = {
  'nothing at all': { camera: {}, overMs: FAULT_MS },
  'a cache of pictures at connect': { camera: { gopCache: true }, overMs: 2_000 },
  'such a cache and a link that takes long to carry it': { camera: { gopCache: true, linkRate: 3 }, overMs: 4_000 },
  'a clock of 200 ppm': { camera: { skewPpm: 200 }, overMs: FAULT_MS },
  'a clock of -200 ppm': { camera: { skewPpm: -200 }, overMs: FAULT_MS },
  ...Object.fromEntries(
    [300, 1_000, 3_000, 6_000, 12_000].flatMap((ms): [string, Fault][] => [
      [`${ms} ms in which the network holds everything`, { camera: { stalls: [lasts(ms)] }, overMs: FAULT_MS + ms }],
      [
        `${ms} ms frozen while the media clock runs`,
        { camera: { freezes: [{ ...lasts(ms), mediaClock: 'runs' }] }, overMs: FAULT_MS + ms },
      ],
      [
        `${ms} ms frozen while the media clock stands`,
        { camera: { freezes: [{ ...lasts(ms), mediaClock: 'stands' }] }, overMs: FAULT_MS + ms },
      ],
    ]),
  ),
  '3 s of lost packets over UDP': { camera: { transport: 'udp', losses: [lasts(3_000)] }, overMs: FAULT_MS + 3_000 },
  'a link at 0.8 of the stream for 20 s': {
    camera: { slow: [{ ...lasts(20_000), linkRate: 0.8 }] },
    overMs: FAULT_MS + 20_000,
  },
  'a link at 0.95 of the stream for 20 s': {
    camera: { slow: [{ ...lasts(20_000), linkRate: 0.95 }] },
    overMs: FAULT_MS + 20_000,
  },
  'a link at 0.8 of the stream from connect on': {
    camera: { slow: [{ fromMs: 0, toMs: 20_000, linkRate: 0.8 }] },
    overMs: 20_000,
  },
  ...Object.fromEntries(
    [HOUR_MS, -HOUR_MS, 2_000, -2_000].flatMap((byMs): [string, Fault][] => [
      [`media clock set by ${byMs} ms`, { camera: { mediaSteps: [{ atMs: FAULT_MS, byMs }] }, overMs: FAULT_MS }],
      [`wall clock set by ${byMs} ms`, { camera: { wallSteps: [{ atMs: FAULT_MS, byMs }] }, overMs: FAULT_MS }],
      [
        `both clocks set by ${byMs} ms`,
        { camera: { mediaSteps: [{ atMs: FAULT_MS, byMs }], wallSteps: [{ atMs: FAULT_MS, byMs }] }, overMs: FAULT_MS },
      ],
    ]),
  ),
  'media clock set by -300 ms': { camera: { mediaSteps: [{ atMs: FAULT_MS, byMs: -300 }] }, overMs: FAULT_MS },
  'a new connection': { camera: { outages: [lasts(3_000)] }, overMs: FAULT_MS + 3_000 },
  'a new connection with a cache': { camera: { outages: [lasts(3_000)], gopCache: true }, overMs: FAULT_MS + 3_000 },
  'a new connection after the wall clock was set': {
    camera: { outages: [lasts(3_000)], wallSteps: [{ atMs: FAULT_MS + 1_000, byMs: HOUR_MS }] },
    overMs: FAULT_MS + 3_000,
  },
  'B-pictures': { camera: { bPictures: true }, overMs: FAULT_MS },
  'B-pictures that the network holds for 3 s': {
    camera: { bPictures: true, stalls: [lasts(3_000)] },
    overMs: FAULT_MS + 3_000,
  },
};
const REPORTS: Readonly<Record<string, Partial<SimulatedCamera>>> = {
  'reports every 2 s': { reportEveryMs: 2_000 },
  'reports every 5 s of the last picture': { reportEveryMs: 5_000, reportTells: 'last' },
  'no reports': {},
};

const covered = (pictures: readonly ClaimedPicture[]): number =>
  pictures.filter(({ errorMs, uncertaintyMs }) => Math.abs(errorMs) <= uncertaintyMs).length / pictures.length;
const worst = (pictures: readonly ClaimedPicture[]): number =>
  quantile(
    pictures.map(({ errorMs }) => Math.abs(errorMs)),
    0.99,
  );

describe('capture clock', () => {
  for (const [r, [reports, reporting]] of Object.entries(REPORTS).entries()) {
    for (const [f, [fault, { camera, overMs }]] of Object.entries(FAULTS).entries()) {
      // Each fault at each rate, with other reports.
      const [fps, wallSkewMs] = (
        [
          [5, 7_200_000],
          [15, 500],
          [30, -1e12],
        ] as const
      )[(r + f) % 3];
      it(`estimates the age of pictures: ${fault}, ${reports}, ${fps} fps`, () => {
        const pictures = play({ seed: 7, fps, durationMs: 56_000, wallSkewMs, ...reporting, ...camera });
        const steady = pictures.filter(
          ({ atMs }) => (overMs >= FAULT_MS && atMs > 5_000 && atMs < FAULT_MS) || atMs > overMs + 6_000,
        );
        const soonAfter = pictures.filter(({ atMs }) => atMs > overMs + 1_000 && atMs < overMs + 3_000);
        assert.ok(
          covered(pictures) === 1,
          `${fps} fps: ${covered(pictures)} of the true ages are within the uncertainty`,
        );
        const median = quantile(
          steady.map(({ uncertaintyMs }) => uncertaintyMs),
          0.5,
        );
        if (reporting.reportEveryMs !== undefined) {
          assert.ok(worst(steady) <= 15, `${fps} fps: ${worst(steady)} ms wrong in steady state`);
          // Over a slow link it takes long to send a picture, which reports show only as far as they are exact.
          if (camera.linkRate === undefined)
            assert.ok(median <= 15, `${fps} fps: uncertain by ${median} ms in steady state`);
          assert.ok(
            worst(soonAfter) <= 50 || overMs < FAULT_MS,
            `${fps} fps: ${worst(soonAfter)} ms wrong a second after`,
          );
        }
      });
    }
  }

  for (const skewPpm of [200, -200]) {
    it(`follows a clock of ${skewPpm} ppm over 20 minutes, through a minute of congestion`, () => {
      const slow = [{ fromMs: 600_000, toMs: 660_000, linkRate: 0.97 }];
      const pictures = play({
        seed: 3,
        fps: 15,
        durationMs: 1_200_000,
        skewPpm,
        reportEveryMs: 5_000,
        wallSkewMs: -500,
        slow,
      });
      assert.ok(covered(pictures) === 1, `${covered(pictures)}`);
      assert.ok(worst(pictures.filter(({ atMs }) => atMs > 10_000)) <= 15, `${worst(pictures)} ms`);
      const median = quantile(
        pictures.map(({ uncertaintyMs }) => uncertaintyMs),
        0.5,
      );
      assert.ok(median <= 10, `uncertain by ${median} ms`);
    });
  }

  it('covers the true time if media times are jittered', () => {
    for (const fps of [5, 15, 30]) {
      const pictures = play({ seed: 5, fps, durationMs: 60_000, stampJitterMs: 20, reportEveryMs: 2_000 });
      assert.ok(covered(pictures) === 1, `${fps} fps: ${covered(pictures)}`);
    }
  });

  it('covers the true time under three faults of any kind in a row', () => {
    const fault = fc.record({
      kind: fc.nat(7),
      lengthMs: fc.constantFrom(300, 1_000, 3_000, 6_000, 12_000),
      pauseMs: fc.integer({ min: 5_000, max: 15_000 }),
      byMs: fc.constantFrom(HOUR_MS, -HOUR_MS, 2_000, -2_000),
    });
    const base = fc.record({
      seed: fc.nat(1e6),
      fps: fc.constantFrom(5, 15, 30),
      skewPpm: fc.constantFrom(0, 200, -200),
      wallSkewMs: fc.constantFrom(0, 500, -500, 7_200_000),
      jitterMs: fc.constantFrom(1, 2, 5),
      gopCache: fc.boolean(),
      linkRate: fc.constantFrom(5, 20, 100),
      transport: fc.constantFrom('tcp' as const, 'udp' as const),
      every: fc.constantFrom(0, 1_000, 2_000, 5_000),
    });
    fc.assert(
      fc.property(base, fc.array(fault, { minLength: 3, maxLength: 3 }), ({ every, ...camera }, faults) => {
        const pictures = play({
          ...camera,
          durationMs: 75_000,
          ...(every > 0 ? { reportEveryMs: every } : {}),
          ...withFaults(faults),
        });
        assert.ok(covered(pictures) >= 0.98, `${covered(pictures)}`);
        for (const { capturedAtMs, arrivedAtMs, uncertaintyMs, leastAgeMs } of pictures) {
          assert.ok(
            capturedAtMs <= arrivedAtMs &&
              uncertaintyMs > 0 &&
              leastAgeMs >= 0 &&
              leastAgeMs <= arrivedAtMs - capturedAtMs,
          );
        }
      }),
      { numRuns: 40, seed: 20 },
    );
  });

  it('reports once that constant media times are unusable, and stamps arrivals', () => {
    const notices: string[] = [];
    const clock = captureClock({ onNotice: (text) => notices.push(text) });
    const estimates = Array.from({ length: 40 }, (_, i) => clock.arrived(0, START_MS + i * 40));
    assert.deepEqual(
      estimates.slice(6).map(({ capturedAtMs }) => capturedAtMs),
      estimates.slice(6).map((_, i) => START_MS + (i + 6) * 40),
    );
    assert.equal(notices.length, 1);
    assert.match(notices[0], /no usable times/);
  });

  it('ignores reports whose media time does not match the pictures', () => {
    const notices: string[] = [];
    const clock = captureClock({ onNotice: (text) => notices.push(text) });
    for (let i = 0; i < 500; i++) {
      const atMs = START_MS + i * 40;
      const { capturedAtMs } = clock.arrived(i * 40, atMs);
      assert.equal(capturedAtMs, atMs);
      if (i % 50 === 49) clock.reported({ senderMs: atMs, mediaMs: i * 9_999_999, arrivedAtMs: atMs });
    }
    assert.equal(notices.length, 1);
  });

  for (const [isStreamClock, ageMs] of [
    [true, 0],
    [false, 5_000],
  ] as const) {
    it(`treats a clock that restarts with a connection as ${isStreamClock ? "another one, if it is the stream's own" : "the same, if it is the sender's wall clock"}`, () => {
      const clock = captureClock();
      for (let i = 0; i < 100; i++) {
        clock.reported({ senderMs: i * 40, mediaMs: i * 40, arrivedAtMs: START_MS + i * 40, isStreamClock });
        clock.arrived(i * 40, START_MS + i * 40);
      }
      clock.newConnection();
      clock.reported({ senderMs: 0, mediaMs: 0, arrivedAtMs: START_MS + 5_000, isStreamClock });
      const { capturedAtMs } = clock.arrived(0, START_MS + 5_000);
      assert.equal(START_MS + 5_000 - capturedAtMs, ageMs);
    });
  }

  it('counts half of the fastest round trip as age', () => {
    const clock = captureClock();
    clock.roundTrip(30);
    clock.roundTrip(80);
    const { capturedAtMs } = clock.arrived(0, START_MS);
    assert.equal(capturedAtMs, START_MS - 15);
  });

  it('is never NaN and never after arrival, for any input', () => {
    const number = fc.oneof(fc.double(), fc.double({ min: -1e9, max: 1e9, noNaN: true }));
    const event = fc.record({
      kind: fc.nat(5),
      mediaMs: number,
      senderMs: number,
      elapsedMs: fc.double({ min: 0, max: 1e5, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const clock = captureClock();
        let arrivedAtMs = START_MS;
        for (const { kind, mediaMs, senderMs, elapsedMs } of events) {
          arrivedAtMs += elapsedMs;
          if (kind === 0) clock.newConnection();
          else if (kind === 1) clock.reported({ mediaMs, senderMs, arrivedAtMs });
          else {
            const estimate = clock.arrived(mediaMs, arrivedAtMs);
            assert.ok(
              estimate.capturedAtMs <= arrivedAtMs && estimate.uncertaintyMs >= 0 && estimate.leastAgeMs >= 0,
              JSON.stringify(estimate),
            );
          }
        }
      }),
    );
  });

  for (const [what, { standsMs, waitsMs, cacheMs }] of Object.entries({
    'stood still': { standsMs: 2_260, waitsMs: 2_260, cacheMs: 0 },
    'ran on': { standsMs: 0, waitsMs: 2_260, cacheMs: 0 },
    'ran on, and the picture comes from a cache': { standsMs: 0, waitsMs: 20, cacheMs: 2_000 },
  })) {
    it(`covers the unknown age of a new connection's first picture if, since the report before it, the media clock ${what}`, () => {
      const clock = captureClock();
      const [intervalMs, senderAheadMs] = [40, 7_200_500];
      const report = (atMs: number, mediaMs: number): void =>
        clock.reported({ senderMs: atMs + senderAheadMs, mediaMs, arrivedAtMs: atMs });
      for (let atMs = START_MS; atMs < START_MS + 20_000; atMs += intervalMs) {
        if ((atMs - START_MS) % 2_000 === 0) report(atMs, atMs);
        clock.arrived(atMs, atMs);
      }
      clock.newConnection();
      const reconnectedAtMs = START_MS + 25_000;
      report(reconnectedAtMs, reconnectedAtMs);
      const firstAtMs = reconnectedAtMs + waitsMs;
      const picture = (takenAtMs: number, arrivedAtMs = takenAtMs) => {
        const { capturedAtMs, uncertaintyMs, leastAgeMs } = clock.arrived(takenAtMs - standsMs, arrivedAtMs);
        return { errorMs: capturedAtMs - takenAtMs, uncertaintyMs, leastAgeMs, ageMs: arrivedAtMs - takenAtMs };
      };
      const first = picture(firstAtMs - cacheMs, firstAtMs);
      assert.ok(
        Math.abs(first.errorMs) <= first.uncertaintyMs && first.leastAgeMs <= first.ageMs,
        JSON.stringify(first),
      );
      if (standsMs === 0) assert.ok(Math.abs(first.errorMs) <= 15 && first.uncertaintyMs < 100, JSON.stringify(first));
      for (let atMs = firstAtMs + intervalMs; atMs < firstAtMs + 6_000; atMs += intervalMs) {
        if (Math.round(atMs - firstAtMs) % 2_000 === 0) report(atMs, atMs - standsMs);
        const later = picture(atMs);
        assert.ok(Math.abs(later.errorMs) <= later.uncertaintyMs, JSON.stringify(later));
        if (atMs > firstAtMs + 3_000)
          assert.ok(Math.abs(later.errorMs) <= 15 && later.uncertaintyMs < 100, JSON.stringify(later));
      }
    });
  }
});

function withFaults(
  faults: readonly { kind: number; lengthMs: number; pauseMs: number; byMs: number }[],
): Partial<SimulatedCamera> {
  const stalls: Window[] = [],
    losses: Window[] = [],
    outages: Window[] = [];
  const freezes: (Window & { mediaClock: 'runs' | 'stands' })[] = [];
  const slow: (Window & { linkRate: number })[] = [];
  const mediaSteps: { atMs: number; byMs: number }[] = [],
    wallSteps: { atMs: number; byMs: number }[] = [];
  let fromMs = 8_000;
  for (const { kind, lengthMs, pauseMs, byMs } of faults) {
    fromMs += pauseMs;
    const window = { fromMs, toMs: fromMs + lengthMs };
    if (kind === 0) stalls.push(window);
    else if (kind === 1) losses.push(window);
    else if (kind === 2) outages.push(window);
    else if (kind === 3) freezes.push({ ...window, mediaClock: 'runs' });
    else if (kind === 4) freezes.push({ ...window, mediaClock: 'stands' });
    else if (kind === 5) slow.push({ ...window, linkRate: 0.8 });
    else if (kind === 6) mediaSteps.push({ atMs: fromMs, byMs });
    else wallSteps.push({ atMs: fromMs, byMs });
    fromMs += lengthMs;
  }
  return { stalls, losses, outages, freezes, slow, mediaSteps, wallSteps };
}
