import { DataError } from '../core/errors.js';
import { quantile } from '../core/quantile.js';

/** Measured detector runtimes as a distribution. */
export type RuntimeProfile = {
  /** Ascending, in milliseconds, at least one. */
  readonly samplesMs: Float64Array;
  readonly meanMs: number;
};

/**
 * The format that `nowcast profile` writes and every `--runtime` reads. Further keys describe the device and are kept.
 */
export type RuntimeProfileFile = {
  readonly type: 'empirical';
  readonly unit: 's' | 'ms';
  readonly samples: readonly number[];
};

/**
 * @param samplesMs runtimes in milliseconds, in any order; not changed
 * @throws DataError if there is none, or if one is negative or not finite
 */
export function runtimeProfile(samplesMs: ArrayLike<number>): RuntimeProfile {
  if (samplesMs.length === 0) throw new DataError('a runtime profile needs at least one sample, got none');
  const sorted = Float64Array.from(samplesMs);
  let sum = 0;
  for (let i = 0; i < sorted.length; i++) {
    const sample = sorted[i];
    if (!(sample >= 0) || sample === Infinity) {
      throw new DataError(`runtime sample ${i} is ${sample}; a runtime must be a number of 0 or more`);
    }
    sum += sample;
  }
  sorted.sort();
  return { samplesMs: sorted, meanMs: sum / sorted.length };
}

/**
 * Reads a parsed runtime file.
 * @throws DataError naming the wrong key
 */
export function parseRuntimeProfile(file: unknown): RuntimeProfile {
  if (typeof file !== 'object' || file === null) throw new DataError('a runtime profile must be a JSON object');
  const { type, unit, samples } = file as Partial<RuntimeProfileFile>;
  if (type !== 'empirical')
    throw new DataError(`runtime profile: "type" must be "empirical", got ${JSON.stringify(type)}`);
  if (unit !== 's' && unit !== 'ms')
    throw new DataError(`runtime profile: "unit" must be "s" or "ms", got ${JSON.stringify(unit)}`);
  if (!Array.isArray(samples) || !samples.every((s) => typeof s === 'number')) {
    throw new DataError('runtime profile: "samples" must be an array of numbers');
  }
  return runtimeProfile(unit === 's' ? samples.map((s) => s * 1000) : samples);
}

/** The sample at quantile `q` (0 to 1); between two samples, the lower one. */
export function quantileMs(profile: RuntimeProfile, q: number): number {
  return quantile(profile.samplesMs, q);
}

/** Keeps the last runtimes of a running detector. */
export class RuntimeEstimator {
  readonly #window: Float64Array;
  #count = 0;
  #profile: RuntimeProfile | undefined;

  /** @param windowSize how many of the newest runtimes count */
  constructor(windowSize = 100) {
    this.#window = new Float64Array(windowSize);
  }

  add(runtimeMs: number): void {
    this.#window[this.#count++ % this.#window.length] = runtimeMs;
    this.#profile = undefined;
  }

  /** Of the runtimes in the window; undefined before the first. */
  profile(): RuntimeProfile | undefined {
    if (this.#count === 0) return undefined;
    return (this.#profile ??= runtimeProfile(this.#window.subarray(0, Math.min(this.#count, this.#window.length))));
  }

  /** 0 before the first runtime. */
  medianMs(): number {
    const profile = this.profile();
    return profile === undefined ? 0 : quantileMs(profile, 0.5);
  }
}
