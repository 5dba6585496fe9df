import assert from 'node:assert/strict';
import { deriveSeed, Random } from '../../training/random.js';

describe('Random', () => {
  it('draws the same for the same seed, and something else for another', () => {
    const draw = (seed: number): number[] => {
      const random = new Random(seed);
      return Array.from({ length: 5 }, () => random.uniform());
    };
    assert.deepEqual(draw(1), draw(1));
    assert.notDeepEqual(draw(1), draw(2));
  });

  it('is even over its range, also over the first draws of neighbouring seeds', () => {
    const random = new Random(3);
    for (const draw of [
      () => random.uniform(),
      (
        (seed) => () =>
          new Random(seed++).uniform()
      )(0),
    ]) {
      const counts = new Array<number>(10).fill(0);
      for (let i = 0; i < 10_000; i++) counts[Math.floor(draw() * 10)]++;
      for (const count of counts) assert.ok(Math.abs(count - 1000) < 150, String(counts));
    }
  });

  it('permutes every number', () => {
    assert.deepEqual(
      [...new Random(1).permutation(100)].sort((a, b) => a - b),
      Array.from({ length: 100 }, (_, i) => i),
    );
  });
});

describe('deriveSeed', () => {
  it('separates numbers that differ in any part or in their order', () => {
    const seeds = new Set<number>();
    for (let run = 0; run < 10; run++)
      for (let step = 0; step < 100; step++)
        for (let sample = 0; sample < 10; sample++) seeds.add(deriveSeed(run, step, sample));
    assert.ok(seeds.size >= 9_999);
  });
});
