import type { Detection } from '../src/core/detection.js';
import { TRACKERS, trackerByName } from '../src/track/kinds.js';

const SIZE = { width: 1920, height: 1200 };
const FRAME_MS = 1000 / 30;
const OBJECTS = 100;
const OBSERVATIONS = 2000;

/** Prints the cost of tracking and forecasting a hundred objects, in milliseconds per call. */
export function run(): void {
  console.table(
    TRACKERS.map(({ examples: [kind] }) => {
      const tracker = trackerByName(kind).create({ frameIntervalMs: FRAME_MS });
      const observeMs: number[] = [];
      const forecastMs: number[] = [];
      for (let frame = 0; frame < OBSERVATIONS; frame++) {
        const detections = crowd(frame);
        observeMs.push(timed(() => tracker.observe(detections, frame * FRAME_MS, SIZE)));
        forecastMs.push(timed(() => tracker.forecast((frame + 1.5) * FRAME_MS, SIZE)));
      }
      return {
        forecaster: kind,
        objects: OBJECTS,
        ...percentiles('observe', observeMs),
        ...percentiles('forecast', forecastMs),
      };
    }),
  );
}

/** Objects in a grid that swing about their places. */
function crowd(frame: number): Detection[] {
  return Array.from({ length: OBJECTS }, (_, i) => {
    const x1 = 180 * (i % 10) + 20 * Math.sin(frame / 15 + i);
    const y1 = 110 * Math.floor(i / 10) + 10 * Math.cos(frame / 20 + i);
    return {
      box: { x1, y1, x2: x1 + 60 + (i % 7) * 10, y2: y1 + 70 },
      score: 0.3 + (i % 60) / 100,
      classId: i % 3,
      className: `class ${i % 3}`,
    };
  });
}

function timed(work: () => void): number {
  const startMs = performance.now();
  work();
  return performance.now() - startMs;
}

function percentiles(what: string, samplesMs: number[]): Record<string, number> {
  samplesMs.sort((a, b) => a - b);
  const at = (part: number): number => Number(samplesMs[Math.floor(part * samplesMs.length)].toFixed(4));
  return { [`${what} p50`]: at(0.5), [`${what} p99`]: at(0.99) };
}
