import type { Box } from '../../core/box.js';
import type { CodedUnit } from '../../core/coded-unit.js';
import type { FrameRef } from '../../core/events.js';
import type { Size } from '../../core/size.js';
import type { RgbPicture } from '../pictures/rgb-picture.js';

/** Names a picture of a stream: a frame, a percept and a drop all do. */
export type OriginalRef = Pick<FrameRef, 'streamId' | 'seq' | 'ptsMs'>;

export type OriginalRequest = {
  /** The part to return, in pixels of the shown picture, as in a percept. Rounded outwards. Default: all of it. */
  readonly box?: Box;
  /** Greatest height of the answer in pixels; a higher picture is scaled down. Default: no limit. */
  readonly maxHeight?: number;
  /**
   * Quality of the JPEG, 1 to 100. Default 90; a whole picture that the source itself sends as a JPEG is then returned
   * unchanged.
   */
  readonly quality?: number;
  /** Ends the request and its decoder: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
};

/** A picture at the resolution of its source, if no `maxHeight` was asked for. */
export type Original = Size & {
  readonly jpeg: Uint8Array;
  /** The returned part, in whole pixels of the shown picture, before any scaling. */
  readonly box: Box;
};

export const NO_ORIGINAL_REASONS = [
  /** The source keeps no pictures. */
  'not-kept',
  /** It is older than what is kept. */
  'too-old',
  /** The pictures since its key picture exceed the limit of bytes. */
  'too-large',
  /** It depends on a picture from before the first one that is kept. */
  'no-key-picture',
  /** It, or a picture that it depends on, was damaged or lost on the way. */
  'damaged',
  /** The decoder gives no picture. */
  'undecodable',
  /** The stream has no such picture. */
  'unknown',
  /** The requested box lies outside of it. */
  'outside',
  /** Too many requests wait already. */
  'busy',
  /** Decoding took longer than the limit. */
  'too-slow',
  /** The source has ended, or its originals were closed. */
  'ended',
] as const;
export type NoOriginalReason = (typeof NO_ORIGINAL_REASONS)[number];

export type NoOriginal = {
  readonly jpeg: undefined;
  readonly reason: NoOriginalReason;
  /** For people; no secrets. */
  readonly message: string;
};

export function noOriginal(reason: NoOriginalReason, message: string): NoOriginal {
  return { jpeg: undefined, reason, message };
}

/** A picture that is available, not decoded yet. */
export type FoundOriginal = {
  /** Returns the JPEG file in which the source sends it. Absent for other formats. */
  readonly file?: () => Uint8Array | Promise<Uint8Array>;
  /** Leaves no process behind when the signal aborts. A rejection means that the picture is undecodable. */
  decode(signal: AbortSignal): Promise<RgbPicture | NoOriginal>;
};

/** A coded picture as its source sends it. */
export type FollowedUnit = Pick<CodedUnit, 'codec' | 'data' | 'isKey'> & {
  /** Presentation time in whole microseconds: that of its frame. */
  readonly ptsUs: number;
};

export type UnitFollower = {
  readonly onUnit: (unit: FollowedUnit) => void;
  /** No units come until further notice. @param why for people */
  readonly onNone: (why: string) => void;
};

/** Finds the pictures of one stream. Sources of your own can have one, too. */
export type OriginalFinder = {
  /**
   * Passes the coded pictures from the last key picture on, and then each new one in the order of sending. Absent if
   * the source has none.
   * @returns ends that
   */
  follow?(follower: UnitFollower): () => void;
  /** The result stays usable while the request waits for its turn, whatever the source discards meanwhile. */
  find(ref: OriginalRef): FoundOriginal | NoOriginal;
  /**
   * The coded pictures that are kept, from the last key picture at or before a time on, in the order of sending. Absent
   * if the source has none.
   */
  since?(ptsMs: number): readonly FollowedUnit[];
};
