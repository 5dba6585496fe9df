import type { FrameProcessEnd } from '../../ffmpeg/frame-process.js';
import type { InputDescription } from '../../ffmpeg/log.js';
import { counted } from '../../../core/counted.js';

/** The facts that a file states about itself. */
export type VideoInfo = InputDescription & {
  /** Estimated from duration and frame rate. */
  readonly expectedFrames?: number;
};

type PlayedPart = {
  readonly maxFrames?: number;
  readonly inputOptions?: readonly string[];
  readonly startMs?: number | undefined;
};

/** The frames of a video so far. */
type Played = {
  readonly count: number;
  /** The time of the last one. */
  readonly reachedMs: number;
  /** Announced by the container, if fewer came. */
  readonly ofMs: number | undefined;
};

/** A stream that ends with errors before this share of the container's announced length was truncated. */
const COMPLETE_SHARE = 0.95;

/** @param played the part of the input that is played */
export function describe(input: InputDescription, played: PlayedPart): VideoInfo {
  const { maxFrames = Infinity, inputOptions = [], startMs = 0 } = played;
  const { durationMs, fps, ...rest } = input;
  const frames =
    durationMs === undefined || fps === undefined
      ? Infinity
      : Math.max(0, Math.round(((durationMs - startMs) * fps) / 1000));
  const expected = Math.min(maxFrames, frames);
  // Options may change the times, which then differ from the container's facts.
  return {
    ...(inputOptions.length === 0 ? input : rest),
    ...(expected === Infinity ? {} : { expectedFrames: expected }),
  };
}

export function summary(size: string, { fps, durationMs }: VideoInfo): string {
  return [size, fps === undefined ? [] : `${fps} fps`, durationMs === undefined ? [] : secondsText(durationMs)]
    .flat()
    .join(', ');
}

export function endMessage(
  { inputErrors, errors }: FrameProcessEnd,
  { count, reachedMs, ofMs }: Played,
  cut: boolean,
): string {
  const far = `${counted(count, 'frame')}, up to ${secondsText(reachedMs)}${ofMs === undefined ? '' : ` of ${secondsText(ofMs)}`}`;
  const reason = inputErrors.at(-1) ?? errors.at(-1);
  return cut ? `cut off or damaged after ${far}${reason === undefined ? '' : `; ffmpeg says: ${reason}`}` : far;
}

/** The packets end before the length that the container announces; both count from its own zero. */
export function endsEarly({ reachedMs }: FrameProcessEnd, { durationMs, fps = 25 }: VideoInfo): boolean {
  return reachedMs !== undefined && durationMs !== undefined && reachedMs + 2000 / fps < durationMs * COMPLETE_SHARE;
}

export function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
