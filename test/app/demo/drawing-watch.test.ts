import assert from 'node:assert/strict';
import { DrawingWatch } from '../../../src/app/demo/drawing-watch.js';

describe('the watch over drawing', () => {
  /** @param rates pictures drawn in each second @returns the second and the state of each change */
  function changes(rates: readonly number[]): (readonly [second: number, isStarving: boolean])[] {
    const seen: [number, boolean][] = [];
    let second = 0;
    const watch = new DrawingWatch(30, 1000, (isStarving) => seen.push([second, isStarving]));
    for (const rate of rates) {
      for (let i = 0; i < rate; i++) watch.drew(1000 + (second + (i + 1) / rate) * 1000);
      second += 1;
      watch.check(1000 + second * 1000);
    }
    return seen;
  }
  const rate = (perSecond: number, seconds: number): number[] => Array<number>(seconds).fill(perSecond);

  it('is silent while most frames are drawn in time', () => assert.deepEqual(changes(rate(20, 60)), []));

  it('finds after some seconds that not one picture was drawn', () =>
    assert.deepEqual(changes(rate(0, 20)), [[4, true]]));

  it('finds once that few are, and once that most are again', () =>
    assert.deepEqual(changes([...rate(30, 10), ...rate(2, 10), ...rate(30, 10)]), [
      [13, true],
      [24, false],
    ]));

  it('does not swing where drawing is between starved and well', () =>
    assert.deepEqual(changes([...rate(2, 10), ...rate(20, 30)]), [[4, true]]));
});
