import type { Letterbox } from './letterbox.js';

/**
 * One decoded picture of a stream, letterboxed to the detector's input.
 *
 * A frame has one owner. Handing it on ends ownership; the last owner calls {@link Frame.release} exactly once,
 * after which `image` belongs to another frame.
 */
export type Frame = {
  readonly type: 'frame';
  readonly streamId: string;
  /** 0, 1, 2… per stream, over all epochs, never reused. */
  readonly seq: number;
  /** Counts the connections to the source: +1 at each reconnect. */
  readonly epoch: number;
  /** Presentation time in the source, made monotonic over resets and reconnects. */
  readonly ptsMs: number;
  /** When the world looked like this, on the monotonic clock; estimated for cameras, due time for files. */
  readonly capturedAtMs: number;
  /** When the picture lay complete in memory, on the monotonic clock. */
  readonly readyAtMs: number;
  /** Size of the source's picture in pixels. */
  readonly width: number;
  readonly height: number;
  readonly letterbox: Letterbox;
  /** Planar BGR, uint8, [3, input height, input width]. Valid until `release()`. */
  readonly image: Uint8Array;
  /** The decoder reported damage in this picture; the pipeline drops it as `corrupt`. */
  readonly corrupt: boolean;
  /** Gives the picture's memory back. Throws on the second call. */
  release(): void;
  /**
   * Has the source bring out at once, before this returns, what it has due. For whoever is about to take the newest
   * frame: timers come late, more so on a busy machine. Absent where frames come when they come.
   */
  catchUp?(): void;
};
