import type { Drawing } from '../../test/helpers/paced-camera/index.js';
import { quantile } from '../table.js';
import type { SeenFrame } from './readers.js';

/** A frame whose true age is known. */
export type KnownFrame = {
  readonly readyAtMs: number;
  readonly epoch: number;
  readonly captureClock: string;
  readonly trueAgeMs: number;
  /** Claimed age minus true age; below 0 if the frame claims to be younger than it is. */
  readonly errorMs: number;
  readonly uncertaintyMs: number;
};

type Drawings = { drawing(index: number, beforeMs: number): Drawing | undefined };

/** The undamaged frames with a readable number, with the time at which the camera captured them. */
export function knownFrames(camera: Drawings, seen: readonly SeenFrame[]): KnownFrame[] {
  return seen.flatMap(({ index, readyAtMs, claim }) => {
    const drawing =
      index === undefined || claim === undefined || claim.corrupt ? undefined : camera.drawing(index, readyAtMs);
    if (drawing === undefined || claim === undefined) return [];
    const { captureClock, uncertaintyMs, capturedAtMs, epoch } = claim;
    return {
      readyAtMs,
      epoch,
      captureClock,
      uncertaintyMs,
      trueAgeMs: readyAtMs - drawing.drawnAtMs,
      errorMs: drawing.drawnAtMs - capturedAtMs,
    };
  });
}

export const isCovered = ({ errorMs, uncertaintyMs }: KnownFrame): boolean => Math.abs(errorMs) <= uncertaintyMs;

/** The share of frames whose true age lies within the claimed one ± its uncertainty, in per cent. */
export function coverage(frames: readonly KnownFrame[]): string {
  if (frames.length === 0) return '-';
  return `${((frames.filter(isCovered).length / frames.length) * 100).toFixed(1)} %`;
}

/** Median, 99th percentile and greatest of |claimed age - true age|. */
export function errors(frames: readonly KnownFrame[]): string {
  return spread(
    frames.map(({ errorMs }) => Math.abs(errorMs)),
    [0.5, 0.99, 1],
  );
}

export function uncertainties(frames: readonly KnownFrame[]): string {
  return spread(
    frames.map(({ uncertaintyMs }) => uncertaintyMs),
    [0.5, 0.9, 1],
  );
}

function spread(values: readonly number[], quantiles: readonly number[]): string {
  return values.length === 0 ? '-' : quantiles.map((q) => rounded(quantile(values, q))).join(' / ');
}

function rounded(ms: number): string {
  return Math.abs(ms) < 10 ? ms.toFixed(1) : ms.toFixed(0);
}
