import assert from 'node:assert/strict';
import { UsageError } from '../../../src/core/errors.js';
import { checkMemory } from '../../../src/app/evaluate/frame-memory.js';

const sequence = (name: string, frames: number) => ({ name, dir: name, images: new Int32Array(frames) });
const truth = { sequences: [sequence('short', 2), sequence('long', 10), sequence('other', 9)] };
const INPUT = { width: 64, height: 32 };
const NEEDED = 10 * 3 * 64 * 32;

describe('memory for the frames of a data set', () => {
  it('suffices if the longest sequence fits', () => assert.doesNotThrow(() => checkMemory(truth, INPUT, NEEDED)));

  it('is refused if it does not fit, with the required amount and a remedy', () => {
    assert.throws(
      () => checkMemory(truth, INPUT, NEEDED / 2),
      (error) =>
        error instanceof UsageError &&
        /the 10 frames of sequence "long" would take 0\.1 MB of memory at 64x32, but 0\.0 MB are available; cut the sequence/.test(
          error.message,
        ),
    );
  });
});
