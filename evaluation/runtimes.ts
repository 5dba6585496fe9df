import { DataError } from '../src/core/errors.js';
import { parseRuntimeProfile, type RuntimeProfileFile } from '../src/scheduling/runtime-profile.js';
import { describe } from './json-records.js';
import { counted } from '../src/core/counted.js';

/** Returns one detector runtime after another, in seconds. */
export type RuntimeSource = () => number;

/**
 * Replays measured runtimes in their order.
 * @throws DataError from the source if there are no more
 */
export function traceRuntimes(traceS: ArrayLike<number>): RuntimeSource {
  let next = 0;
  return () => {
    if (next === traceS.length)
      throw new DataError(
        `the runtime trace ends after ${counted(traceS.length, 'run')}, but the simulation needs more; record a longer trace, or pass a profile with --runtime`,
      );
    return traceS[next++];
  };
}

/** Draws runtimes independently, with replacement, the same ones for the same seed. */
export function drawnRuntimes(samplesS: ArrayLike<number>, seed: number): RuntimeSource {
  const random = uniformRandom(seed);
  return () => samplesS[Math.floor(random() * samplesS.length)];
}

/**
 * The samples of a parsed runtime file, in seconds, in their order.
 * @throws DataError naming the wrong key
 */
export function parseRuntimesS(file: unknown): Float64Array {
  parseRuntimeProfile(file);
  const { unit, samples } = file as RuntimeProfileFile;
  return Float64Array.from(samples, (sample) => (unit === 's' ? sample : sample / 1000));
}

/**
 * Reads a parsed trace: an array of seconds.
 * @throws DataError naming the wrong entry
 */
export function parseRuntimeTrace(file: unknown): Float64Array {
  if (!Array.isArray(file)) throw new DataError(`runtime trace: expected an array of seconds, got ${describe(file)}`);
  if (file.length === 0) throw new DataError('runtime trace: the array is empty');
  return Float64Array.from(file as unknown[], (value, i) => {
    if (typeof value !== 'number' || !(value >= 0))
      throw new DataError(`runtime trace: entry ${i} must be a number of seconds, 0 or more, got ${describe(value)}`);
    return value;
  });
}

/** Repeatable numbers from 0 up to 1 (mulberry32). */
export function uniformRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
