import type { FoundContent } from '../../../../core/coded-unit.js';
import type { CaptureClock } from '../../../../core/frame.js';
import type { FrameSlot } from '../../../../core/frame-pool.js';
import type { Size } from '../../../../core/size.js';
import type { KeptUnit } from '../../../originals/kept-units.js';
import type { KeptTimes } from '../copy/kept-times.js';

/** A picture's times: in its stream, and on the monotonic clock. */
export type Moment = {
  readonly ptsMs: number;
  readonly capturedAtMs: number;
  readonly captureClock: CaptureClock;
  readonly uncertaintyMs: number;
  /** The period without pictures that ends with this one, if there was one. */
  readonly hole?: Hole;
};

/** A period without pictures while the connection lasted. */
export type Hole = { readonly fromMs: number; readonly toMs: number; readonly why: string };

/** A picture, ready for use. */
export type ArrivedPicture = {
  /** Size of the shown picture, before letterboxing, in pixels. */
  readonly size: Size;
  /** The same before cropping; absent without a crop. */
  readonly whole?: Size | undefined;
  /** True if it is damaged, or depends on a damaged one. */
  readonly corrupt: boolean;
  /** Contains the letterboxed picture and belongs to the receiver; undefined if none was free. */
  readonly slot: FrameSlot | undefined;
};

/** The events of a live connection, in presentation order. */
export type ConnectionEvents = {
  onPicture(moment: Moment, picture: ArrivedPicture): void;
  /** A picture that will not come: it was skipped to catch up, or could not be decoded. */
  onMissing(moment: Moment, reason: 'behind' | 'corrupt'): void;
  /** A message for the camera's owner. No secrets. */
  onNotice(text: string): void;
};

export type UnitReceiver = {
  /** Our own readers call it on arrival, ffmpeg's once the picture is decoded. */
  readonly onUnit: (unit: KeptUnit) => void;
  /** ffmpeg reads the camera, and gives no units. */
  readonly onNone: (why: string) => void;
};

/** One attempt to watch a camera. */
export type CameraConnection = {
  /** Resolves when all its processes and sockets have ended; never rejects. */
  readonly ended: Promise<ConnectionEnd>;
  /** The video's codec, once known. */
  readonly codec: string;
  /** Converts the times of the pictures so far from the kept copy's to the stream's. */
  readonly keptTimes: KeptTimes;
  /** Ends it at once; no event follows. */
  stop(): void;
};

/**
 * The reason why a connection ended itself. `silent`: connected, but no picture for too long. `behind`: more of the
 * stream waits than allowed, and skipping pictures does not help. `needs-stamps`: the pictures carry no times; open it
 * again with `stampOnArrival`. `needs-ffmpeg`: the camera sends a format that our own readers do not support.
 * `cannot-crop`: the pictures do not contain the part that is wanted. `cannot-copy`: ffmpeg cannot copy the coded
 * pictures beside decoding them; open it again without that.
 */
export type GivingUp = 'silent' | 'behind' | 'needs-stamps' | 'needs-ffmpeg' | 'cannot-crop' | 'cannot-copy';

/** The reason of an end without an error. */
export const STREAM_ENDED = 'the camera ended the stream';

export type ConnectionEnd = {
  /** In plain words; may hold the URL's secrets. */
  readonly reason: string;
  /** From the first picture to the last; 0 without pictures. */
  readonly streamedMs: number;
  /** Undefined if it did not end itself. */
  readonly gaveUp: GivingUp | undefined;
  /** With `needs-ffmpeg`: the content of the address, if it was recognised. */
  readonly content?: FoundContent | undefined;
};
