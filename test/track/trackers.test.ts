import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Detection } from '../../src/core/detection.js';
import { TRACKERS, trackerByName } from '../../src/track/kinds.js';
import type { Tracker } from '../../src/track/tracker.js';

const size = { width: 1920, height: 1200 };
const frameIntervalMs = 1000 / 30;

/** Objects far enough from each other not to be confused, and well inside the picture. */
const apart = fc.uniqueArray(fc.nat({ max: 23 }), { minLength: 1, maxLength: 12 }).chain((cells) =>
  fc
    .tuple(
      ...cells.map((cell) =>
        fc.record({
          cell: fc.constant(cell),
          width: fc.integer({ min: 20, max: 120 }),
          height: fc.integer({ min: 20, max: 120 }),
          score: fc.double({ min: 0.1, max: 1, noNaN: true }),
          classId: fc.nat({ max: 2 }),
        }),
      ),
    )
    .map((objects) =>
      objects.map(({ cell, width, height, score, classId }, i): Detection => {
        const [x1, y1] = [100 + 300 * (cell % 6), 60 + 300 * Math.floor(cell / 6)];
        return {
          box: { x1, y1, x2: x1 + width, y2: y1 + height },
          score: score - i * 1e-3,
          classId,
          className: `class ${classId}`,
        };
      }),
    ),
);

const anyNumber = fc.oneof(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.constantFrom(0, -0, 1e-12, 1e9, -1e9));
const anyDetection = fc
  .record({
    x: anyNumber,
    y: anyNumber,
    width: anyNumber,
    height: anyNumber,
    score: fc.double({ min: 0, max: 1, noNaN: true }),
    classId: fc.nat({ max: 1 }),
  })
  .map(({ x, y, width, height, score, classId }): Detection => ({
    box: { x1: x, y1: y, x2: x + width, y2: y + height },
    score,
    classId,
    className: `class ${classId}`,
  }));
const anyTime = fc.oneof(fc.double({ min: 0, max: 1e3, noNaN: true }), fc.constantFrom(0, 1e-9, 1e12, -1e9));

function moved(detection: Detection, dx: number, dy: number): Detection {
  const { x1, y1, x2, y2 } = detection.box;
  return { ...detection, box: { x1: x1 + dx, y1: y1 + dy, x2: x2 + dx, y2: y2 + dy } };
}

function sides({ box: { x1, y1, x2, y2 } }: Detection): number[] {
  return [x1, y1, x2, y2];
}

function assertNear(got: Detection, wanted: Detection, tolerancePx: number): void {
  sides(got).forEach((side, i) =>
    assert.ok(Math.abs(side - sides(wanted)[i]) <= tolerancePx, `${sides(got).join()} against ${sides(wanted).join()}`),
  );
}

function byId(detections: readonly Detection[]): Map<number, Detection> {
  return new Map(detections.map((detection) => [detection.trackId!, detection]));
}

for (const {
  examples: [kind],
} of TRACKERS) {
  describe(`every tracker: ${kind}`, () => {
    /** Every detection is a track, so that ids show which forecast is whose. */
    const newTracker = (): Tracker =>
      trackerByName(kind).create({ frameIntervalMs, minConsecutiveFrames: 1, minTrackScore: 0 });

    it('forecasts objects that were seen once at their last position', () => {
      fc.assert(
        fc.property(apart, fc.integer({ min: 0, max: 500 }), (objects, aheadMs) => {
          const tracker = newTracker();
          const observed = tracker.observe(objects, 1000, size);
          const forecast = byId(tracker.forecast(1000 + aheadMs, size));
          for (const detection of observed) assertNear(forecast.get(detection.trackId!)!, detection, 1e-3);
        }),
      );
    });

    it('leaves standing objects in place', () => {
      fc.assert(
        fc.property(
          apart,
          fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 8 }),
          (objects, steps) => {
            const tracker = newTracker();
            let atMs = 0;
            let observed = tracker.observe(objects, atMs, size);
            for (const frames of steps) observed = tracker.observe(objects, (atMs += frames * frameIntervalMs), size);
            const forecast = byId(tracker.forecast(atMs + 100, size));
            for (const detection of observed) assertNear(forecast.get(detection.trackId!)!, detection, 0.01);
          },
        ),
      );
    });

    it('predicts an object at constant speed, for any spacing of observations', () => {
      const pace = fc.integer({ min: -4, max: 4 });
      fc.assert(
        fc.property(
          pace,
          pace,
          fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 20, maxLength: 20 }),
          (vx, vy, steps) => {
            const start: Detection = {
              box: { x1: 800, y1: 500, x2: 900, y2: 560 },
              score: 0.9,
              classId: 2,
              className: 'car',
            };
            const tracker = newTracker();
            let frame = 0;
            tracker.observe([start], 0, size);
            for (const frames of steps) {
              frame += frames;
              tracker.observe([moved(start, vx * frame, vy * frame)], frame * frameIntervalMs, size);
            }
            const [forecast] = tracker.forecast((frame + 3) * frameIntervalMs, size);
            assertNear(forecast, moved(start, vx * (frame + 3), vy * (frame + 3)), 1);
          },
        ),
      );
    });

    it('keeps each id with its object and gives none twice', () => {
      fc.assert(
        fc.property(
          apart,
          fc.array(fc.tuple(fc.integer({ min: -1, max: 1 }), fc.integer({ min: -1, max: 1 })), { maxLength: 8 }),
          (objects, jitters) => {
            const tracker = newTracker();
            const ids = tracker.observe(objects, 0, size).map(({ trackId }) => trackId);
            assert.equal(new Set(ids).size, objects.length);
            jitters.forEach(([dx, dy], i) => {
              const again = tracker.observe(
                objects.map((object) => moved(object, dx, dy)),
                (i + 1) * frameIntervalMs,
                size,
              );
              assert.deepEqual(
                again.map(({ trackId }) => trackId),
                ids,
              );
            });
          },
        ),
      );
    });

    it('returns the observed detections in order, with only the id added', () => {
      fc.assert(
        fc.property(fc.array(fc.array(anyDetection, { maxLength: 6 }), { maxLength: 4 }), (observations) => {
          const tracker = newTracker();
          observations.forEach((detections, i) => {
            const observed = tracker.observe(detections, i * frameIntervalMs, size);
            assert.deepEqual(
              observed.map(({ trackId: _, ...rest }) => rest),
              detections,
            );
          });
        }),
      );
    });

    it('is independent of the order of detections', () => {
      const shuffles = apart.chain((objects) =>
        fc.tuple(fc.constant(objects), fc.shuffledSubarray(objects, { minLength: objects.length })),
      );
      fc.assert(
        fc.property(shuffles, ([objects, shuffled]) => {
          const [a, b] = [newTracker(), newTracker()];
          for (let frame = 0; frame < 4; frame++) {
            a.observe(
              objects.map((object) => moved(object, 3 * frame, frame)),
              frame * frameIntervalMs,
              size,
            );
            b.observe(
              shuffled.map((object) => moved(object, 3 * frame, frame)),
              frame * frameIntervalMs,
              size,
            );
          }
          const sorted = (tracker: Tracker): Detection[] =>
            [...tracker.forecast(150, size)].sort(
              (one, other) => one.box.x1 - other.box.x1 || one.box.y1 - other.box.y1,
            );
          const [fromA, fromB] = [sorted(a), sorted(b)];
          assert.equal(fromA.length, fromB.length);
          fromA.forEach((forecast, i) => assertNear(forecast, fromB[i], 0.01));
        }),
      );
    });

    it('gives the same forecast for repeated queries of any moments', () => {
      fc.assert(
        fc.property(apart, fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 5 }), (objects, moments) => {
          const [asked, quiet] = [newTracker(), newTracker()];
          for (let frame = 0; frame < 3; frame++) {
            for (const tracker of [asked, quiet])
              tracker.observe(
                objects.map((object) => moved(object, frame, 0)),
                frame * frameIntervalMs,
                size,
              );
            for (const moment of moments) asked.forecast(moment, size);
          }
          assert.deepEqual(asked.forecast(200, size), quiet.forecast(200, size));
        }),
      );
    });

    it('forecasts boxes inside the picture with finite numbers, for any observations', () => {
      const observation = fc.record({ atMs: anyTime, detections: fc.array(anyDetection, { maxLength: 6 }) });
      fc.assert(
        fc.property(fc.array(observation, { maxLength: 8 }), anyTime, (observations, askedMs) => {
          const tracker = newTracker();
          for (const { atMs, detections } of observations) {
            tracker.observe(detections, atMs, size);
            for (const moment of [askedMs, atMs, atMs + 50]) {
              for (const {
                box: { x1, y1, x2, y2 },
                score,
              } of tracker.forecast(moment, size)) {
                assert.ok(
                  x1 >= 0 && y1 >= 0 && x1 < x2 && y1 < y2 && x2 <= size.width && y2 <= size.height,
                  `${x1}, ${y1}, ${x2}, ${y2}`,
                );
                assert.ok(score >= 0 && score <= 1, `score ${score}`);
              }
            }
          }
        }),
        { numRuns: 300 },
      );
    });

    it('restarts after a reset, at any time', () => {
      fc.assert(
        fc.property(apart, anyTime, (objects, atMs) => {
          const tracker = newTracker();
          const before = tracker.observe(objects, 5000, size).map(({ trackId }) => trackId);
          tracker.reset();
          assert.deepEqual(tracker.forecast(5000, size), []);
          const after = tracker.observe(objects, atMs, size).map(({ trackId }) => trackId);
          assert.ok(after.every((id) => id !== undefined && !before.includes(id)));
        }),
      );
    });
  });
}
