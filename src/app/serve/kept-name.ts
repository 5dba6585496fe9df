import type { WallClock } from '../../core/clock.js';
import type { ObjectEvent } from '../../core/scene-events.js';
import { timeName } from '../../core/time-name.js';

const OWN_NAME = /^\d{8}T\d{6}(?:\d{3})?Z(?:-.+)?\.(?:jpg|mp4)$/;

/** True for a name that is made here. */
export function isKeptName(name: string): boolean {
  return OWN_NAME.test(name);
}

/** The name of an object's file, in the order of time: `20261127T205811Z-person-412-7.jpg`. */
export function keptName(
  { id, streamId, className, startedAtMs }: ObjectEvent,
  clock: WallClock,
  ending: 'jpg' | 'mp4',
): string {
  const started = timeName(clock.toUnixMs(startedAtMs)).replace(/\d{3}Z$/, 'Z');
  return `${started}-${className}-${id.slice(streamId.length + 1)}.${ending}`;
}

/** The name of a file of a recording: the time of its first picture, `20261127T205811040Z.mp4`. */
export function recordingName(unixMs: number): string {
  return `${timeName(unixMs)}.mp4`;
}
