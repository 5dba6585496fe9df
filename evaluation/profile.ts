import type { ModelDetectorInfo } from '../src/core/detector.js';
import type { Placement } from '../src/core/placement.js';
import {
  quantileMs,
  runtimeProfile,
  type RuntimeProfile,
  type RuntimeProfileFile,
} from '../src/scheduling/runtime-profile.js';

/** The output of `nowcast profile`: a runtime profile and the conditions of its measurement. */
export type ProfileFile = RuntimeProfileFile & {
  readonly unit: 'ms';
  readonly device: { readonly cpu: string; readonly platform: string; readonly gpu?: string };
  readonly model: string;
  readonly modelSha256: string;
  readonly input: { readonly width: number; readonly height: number };
  readonly provider: string;
  readonly threads: number;
  /** Absent on the CPU. */
  readonly placement?: Placement;
  readonly nowcast: string;
  readonly measuredAt: string;
  readonly percentiles: RuntimePercentiles;
  /** The session's run only, without hand-over and decoding of boxes. */
  readonly inference: { readonly percentiles: RuntimePercentiles; readonly samples: readonly number[] };
};

/** In milliseconds, in the order of measurement, without the warm-up. */
export type MeasuredRuntimes = {
  /** From the scheduler's hand-over to the result, as the pipeline waits for it. */
  readonly runtimesMs: readonly number[];
  /** The session's run within it. */
  readonly inferenceMs: readonly number[];
};

/** Milliseconds. */
export type RuntimePercentiles = {
  readonly mean: number;
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
};

/**
 * @param measuredAt ISO 8601
 * @throws DataError if there is no sample, or if one is negative or not finite
 */
export function profileFile(
  { runtimesMs, inferenceMs }: MeasuredRuntimes,
  info: ModelDetectorInfo,
  device: ProfileFile['device'],
  nowcast: string,
  measuredAt: string,
): ProfileFile {
  const {
    model,
    modelSha256,
    input: { width, height },
    provider,
    threads,
    placement,
  } = info;
  return {
    type: 'empirical',
    unit: 'ms',
    device,
    model,
    modelSha256,
    input: { width, height },
    provider,
    threads,
    ...(placement && { placement }),
    nowcast,
    measuredAt,
    percentiles: percentiles(runtimeProfile(runtimesMs)),
    samples: runtimesMs,
    inference: { percentiles: percentiles(runtimeProfile(inferenceMs)), samples: inferenceMs },
  };
}

export function percentiles(profile: RuntimeProfile): RuntimePercentiles {
  const at = (q: number): number => quantileMs(profile, q);
  return { mean: profile.meanMs, min: at(0), p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), max: at(1) };
}
