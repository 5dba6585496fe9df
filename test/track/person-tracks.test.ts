import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Detection } from '../../src/core/detection.js';
import { nowcastTracker } from '../../src/track/nowcast-tracker.js';

const size = { width: 768, height: 432 };
const FRAME_MS = 100;
/**
 * By frame, what YOLOX-Nano finds from a score of 0.25 on in the first minute of `one-by-one-person-detection.mp4`:
 * class, score, x1, y1, x2, y2. Three people pass one after the other, and a television stands there. It flickers, and
 * so do a dog, a cat, a toilet, frisbees, backpacks and skateboards that are none.
 */
const frames = JSON.parse(readFileSync('test/fixtures/field/person-tracks/detections.json', 'utf8')) as [
  string,
  ...number[],
][][];
const classes = [...new Set(frames.flat().map(([name]) => name))];

/** The class of each track. */
function tracksAt(every: number): string[] {
  const tracker = nowcastTracker();
  const classOf = new Map<number, string>();
  for (let i = 0; i < frames.length; i += every) {
    const detections = frames[i].map(([className, score, x1, y1, x2, y2]): Detection => ({
      box: { x1, y1, x2, y2 },
      score,
      classId: classes.indexOf(className),
      className,
    }));
    for (const { trackId, className } of tracker.observe(detections, i * FRAME_MS, size))
      if (trackId !== undefined && !classOf.has(trackId)) classOf.set(trackId, className);
  }
  return [...classOf.values()].sort();
}

describe('tracks of a real clip', () => {
  for (const every of [1, 2, 3, 5, 10]) {
    it(`are three people and a television at ${10 / every} percepts a second`, () =>
      assert.deepEqual(tracksAt(every), ['person', 'person', 'person', 'tv']));
  }
});
