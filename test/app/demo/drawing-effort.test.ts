import assert from 'node:assert/strict';
import { DrawingEffort } from '../../../src/app/demo/drawing-effort.js';

describe('the effort of drawing', () => {
  /** @returns the scales that it announced */
  function drawn(tookMs: readonly number[]): { readonly scales: number[]; readonly effort: DrawingEffort } {
    const scales: number[] = [];
    const effort = new DrawingEffort(33, (scale) => scales.push(scale));
    for (const ms of tookMs) effort.drew(ms);
    return { scales, effort };
  }
  const times = (ms: number, count: number): number[] => Array<number>(count).fill(ms);

  it('is full at first, with a picture for people of each frame', () => {
    const { effort, scales } = drawn(times(12, 60));
    assert.deepEqual(effort.detail(), { scale: 1, withJpeg: true });
    assert.deepEqual(effort.detail(), { scale: 1, withJpeg: true });
    assert.deepEqual(scales, []);
  });

  it('sinks step by step while pictures take longer than a frame lasts, and no further than half the size', () => {
    const { effort, scales } = drawn(times(100, 300));
    assert.deepEqual(scales, [0.75, 0.5]);
    const jpegs = Array.from({ length: 6 }, () => effort.detail().withJpeg);
    assert.deepEqual(jpegs, [true, false, false, true, false, false]);
  });

  it('does not sink for single slow pictures', () =>
    assert.deepEqual(drawn([...times(10, 20), 5_000, ...times(10, 40)]).scales, []));

  it('sinks after a few pictures that take very long', () => {
    assert.deepEqual(drawn(times(5_000, 2)).scales, []);
    assert.deepEqual(drawn(times(5_000, 6)).scales, [0.75, 0.5]);
  });

  it('rises again after pictures were quick for a long time', () => {
    assert.deepEqual(drawn([...times(50, 15), ...times(5, 149)]).scales, [0.75]);
    assert.deepEqual(drawn([...times(50, 15), ...times(5, 150)]).scales, [0.75, 1]);
    assert.deepEqual(drawn([...times(50, 15), ...times(5, 120), ...times(20, 15), ...times(5, 120)]).scales, [0.75]);
  });
});
