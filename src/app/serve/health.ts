import { durationText } from '../../core/duration-text.js';
import type { CameraState } from './camera-states.js';
import type { RecordState } from './camera-videos.js';

/** A camera that streams and has sent nothing for so long is not healthy. */
export const SILENT_AFTER_MS = 10_000;

export type CameraHealth = {
  readonly isUp: boolean;
  /** It is neither up nor away because somebody does not want it now. */
  readonly isOff: boolean;
  /** In words, for people. */
  readonly why: string;
};

/** Whether a camera delivers frames now. @param isEnabled the position of its switch */
export function cameraHealth(
  { state, sinceMs, lastFrameAtMs, message }: CameraState,
  nowMs: number,
  isEnabled: boolean,
): CameraHealth {
  if (!isEnabled) return { isUp: false, isOff: true, why: 'switched off' };
  const detail = message === undefined ? '' : `: ${message}`;
  if (state !== 'streaming') return away(`${state} for ${durationText(nowMs - sinceMs)}${detail}`);
  const silentMs = nowMs - (lastFrameAtMs ?? sinceMs);
  if (silentMs > SILENT_AFTER_MS) return away(`no frame for ${durationText(silentMs)}`);
  return up(`streaming${detail}`);
}

/** Whether a camera's stream for recordings is there for those who need it. */
export function recordHealth({ state, sinceMs, message }: RecordState, nowMs: number): CameraHealth {
  if (state === 'idle') return { isUp: false, isOff: true, why: 'idle, because nobody needs it' };
  const detail = message === undefined ? '' : `: ${message}`;
  return state === 'streaming' ? up('streaming') : away(`${state} for ${durationText(nowMs - sinceMs)}${detail}`);
}

function up(why: string): CameraHealth {
  return { isUp: true, isOff: false, why };
}

function away(why: string): CameraHealth {
  return { isUp: false, isOff: false, why };
}
