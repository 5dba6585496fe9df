import type { CaptureClock } from '../../../core/frame.js';
import type { FrameSlot } from '../../../core/frame-pool.js';
import type { Size } from '../../../core/letterbox.js';
import type { KeptTimes } from './kept-times.js';

/** Where a picture belongs in time: in its stream, and on the monotonic clock. */
export type Moment = {
  readonly ptsMs: number;
  readonly capturedAtMs: number;
  readonly captureClock: CaptureClock;
  readonly uncertaintyMs: number;
  /** The time without pictures that ends with this one, where there was one. */
  readonly hole?: Hole;
};

/** A time without pictures while the connection lasted. */
export type Hole = { readonly fromMs: number; readonly toMs: number; readonly why: string };

/** A picture, ready to be looked at. */
export type ArrivedPicture = {
  /** Of the picture as it is shown, before letterboxing, in pixels. */
  readonly size: Size;
  /** It is damaged, or built on one that is. */
  readonly corrupt: boolean;
  /** Holds the letterboxed picture and is the receiver's; undefined where none was free. */
  readonly slot: FrameSlot | undefined;
};

/** The events of a connection while it lasts, in presentation order. */
export type ConnectionEvents = {
  onPicture(moment: Moment, picture: ArrivedPicture): void;
  /** A picture that was sent and will not come: it was passed over to catch up, or could not be decoded. */
  onMissing(moment: Moment, reason: 'behind' | 'corrupt'): void;
  /** Something that the camera's owner should know. No secrets. */
  onNotice(text: string): void;
};

/** One attempt to watch a camera. */
export type CameraConnection = {
  /** Resolves when every process and socket of it is gone; never rejects. */
  readonly ended: Promise<ConnectionEnd>;
  /** The video's codec, once that is known. */
  readonly codec: string;
  /** Of the pictures so far, how their times in the kept copy become the stream's. */
  readonly keptTimes: KeptTimes;
  /** Ends it at once; no event comes any more. */
  stop(): void;
};

/**
 * Why a connection ended itself. `silent`: connected, and no picture for too long. `behind`: more of the stream waits than
 * may, and passing over pictures does not help. `needs-stamps`: the pictures carry no times of their own, and it wants to be
 * opened again with `stampOnArrival`. `needs-ffmpeg`: the camera sends something that our own readers do not know.
 */
export type GivingUp = 'silent' | 'behind' | 'needs-stamps' | 'needs-ffmpeg';

export type ConnectionEnd = {
  /** In plain words; may hold the URL's secrets. */
  readonly reason: string;
  /** From the first picture to the last; 0 where there was none. */
  readonly streamedMs: number;
  /** Undefined where it did not end itself. */
  readonly gaveUp: GivingUp | undefined;
};
