import { durationText } from '../../core/duration-text.js';
import type { CameraState } from './camera-states.js';
import type { RecordState } from './camera-videos.js';

/** A camera that streams and has sent nothing for so long is not healthy. */
export const SILENT_AFTER_MS = 10_000;

export type CameraHealth = {
  readonly isUp: boolean;
  /** In words, for people. */
  readonly why: string;
};

/** Whether a camera delivers frames now. */
export function cameraHealth({ state, sinceMs, lastFrameAtMs, message }: CameraState, nowMs: number): CameraHealth {
  const detail = message === undefined ? '' : `: ${message}`;
  if (state !== 'streaming') return { isUp: false, why: `${state} for ${durationText(nowMs - sinceMs)}${detail}` };
  const silentMs = nowMs - (lastFrameAtMs ?? sinceMs);
  if (silentMs > SILENT_AFTER_MS) return { isUp: false, why: `no frame for ${durationText(silentMs)}` };
  return { isUp: true, why: `streaming${detail}` };
}

/** Whether a camera's stream for recordings is there for those who need it. */
export function recordHealth({ state, sinceMs, message }: RecordState, nowMs: number): CameraHealth {
  if (state === 'idle') return { isUp: true, why: 'idle, because nobody needs it' };
  const detail = message === undefined ? '' : `: ${message}`;
  return state === 'streaming'
    ? { isUp: true, why: 'streaming' }
    : { isUp: false, why: `${state} for ${durationText(nowMs - sinceMs)}${detail}` };
}
