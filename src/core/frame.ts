import type { Picture } from './picture.js';

/** The clock behind `capturedAtMs`. */
export const CAPTURE_CLOCKS = [
  /** The sender's clock: the media times of its stream, converted to our clock. For a file, the file's own times. */
  'sender',
  /** Our clock: the arrival of the picture. The stream does not state when it was captured. */
  'arrival',
  /** A time of day that the stream states, taken at face value and compared with this machine's clock. */
  'wall',
] as const;
export type CaptureClock = (typeof CAPTURE_CLOCKS)[number];

/**
 * One decoded picture of a stream, fitted to the detector's input.
 *
 * A frame has one owner. Handing it on ends ownership; the last owner calls {@link Frame.release} exactly once,
 * after which `picture.image` belongs to another frame.
 */
export type Frame = {
  readonly type: 'frame';
  readonly streamId: string;
  /** 0, 1, 2… per stream, over all epochs, never reused. */
  readonly seq: number;
  /** Name of the picture's own file, where a stream is made of files. */
  readonly file?: string;
  /** Counts the connections to the source: +1 at each reconnect. */
  readonly epoch: number;
  /** Presentation time in the source, made monotonic over resets and reconnects. */
  readonly ptsMs: number;
  /** Capture time on the monotonic clock; estimated for cameras, due time for files. */
  readonly capturedAtMs: number;
  readonly captureClock: CaptureClock;
  /** Half-width in milliseconds, 0 or more: the true time of capture lies within `capturedAtMs` ± `uncertaintyMs`. */
  readonly uncertaintyMs: number;
  /** Time at which the picture was complete in memory, on the monotonic clock. */
  readonly readyAtMs: number;
  /** Its `image` is valid until `release()`. */
  readonly picture: Picture;
  /** True if part of the picture, or of one that it depends on, was lost or unreadable; dropped as `corrupt`. */
  readonly corrupt: boolean;
  /** Gives the picture's memory back. Throws on the second call. */
  release(): void;
  /**
   * The source emits all due frames before this returns. The schedule calls it before it takes the newest frame,
   * because timers fire late on a busy machine. Absent on live sources, whose frames arrive by themselves.
   */
  catchUp?(): void;
};

/** Origin and accuracy of a capture time. */
export type CaptureTrust = Pick<Frame, 'captureClock' | 'uncertaintyMs'>;

/** For sources whose pictures have their own times: files, folders, drawn pictures, pictures in memory. */
export const OWN_TIMES: CaptureTrust = { captureClock: 'sender', uncertaintyMs: 0 };
