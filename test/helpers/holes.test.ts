import assert from 'node:assert/strict';
import type { GapEvent } from '../../src/core/events.js';
import { timeline } from '../../src/streaming/sources/camera/time/timeline.js';
import { untoldHoles, type NumberedFrame, type UntoldHole } from './holes.js';

const INTERVAL_MS = 40;
const STOOD_MS = 1_560;
const START_MS = 10_000;

/** Two seconds of pictures, the camera and its media clock standing still, and two seconds more. */
function stoodStill(stepMs: number): { frames: NumberedFrame[]; gaps: GapEvent[]; drawnAtMs: number[] } {
  const place = timeline({ onNotice: () => undefined });
  place.newConnection();
  const [frames, gaps, drawnAtMs]: [NumberedFrame[], GapEvent[], number[]] = [[], [], []];
  for (let seq = 0; seq < 100; seq++) {
    const isAfter = seq >= 50;
    const trueMs = seq * INTERVAL_MS + (isAfter ? STOOD_MS - INTERVAL_MS : 0);
    const mediaMs = seq * INTERVAL_MS + (isAfter ? stepMs - INTERVAL_MS : 0);
    const arrivedAtMs = START_MS + trueMs + (seq % 5 === 0 ? 1 : 4);
    const { capturedAtMs, uncertaintyMs, hole } = place.place({
      mediaMs,
      arrivedAtMs,
      damaged: false,
      lostBefore: false,
      mayGoBack: false,
    });
    frames.push({ seq, index: seq, capturedAtMs, uncertaintyMs, readyAtMs: arrivedAtMs, corrupt: false });
    drawnAtMs.push(START_MS + trueMs);
    if (hole !== undefined)
      gaps.push({ type: 'gap', streamId: 'cam', fromMs: hole.fromMs, toMs: hole.toMs, why: hole.why });
  }
  return { frames, gaps, drawnAtMs };
}

function untold({ frames, gaps, drawnAtMs }: ReturnType<typeof stoodStill>): UntoldHole[] {
  return untoldHoles(frames, gaps, (index) => ({ index, drawnAtMs: drawnAtMs[index], mediaMs: 0 }), {
    minMs: 1_000,
    toleranceMs: 300,
    intervalMs: INTERVAL_MS,
  });
}

describe('the search for holes that no gap reports', () => {
  for (const stepMs of [0.5, 1.02, 5, 40, 75]) {
    it(`accepts the gap of a camera whose clock advanced only ${stepMs} ms`, () =>
      assert.deepEqual(untold(stoodStill(stepMs)), []));
  }

  it('finds the hole if that gap is missing, or if it is at another time', () => {
    const seen = stoodStill(1.02);
    const elsewhere = seen.gaps.map((gap) => ({ ...gap, fromMs: gap.fromMs + 5_000, toMs: gap.toMs + 5_000 }));
    for (const gaps of [[], elsewhere])
      assert.deepEqual(
        untold({ ...seen, gaps }).map(({ seq }) => seq),
        [50],
      );
  });
});
