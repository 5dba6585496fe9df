import type { Size } from '../../src/core/size.js';
import type { PictureFormat } from '../../src/core/picture.js';
import type { Annotation } from '../annotate.js';

/** The start message of a drive's thread. */
export type DriveStart = {
  readonly seed: number;
  readonly fps: number;
  /** Of the pictures, in pixels. */
  readonly size: Size;
  /** Of the detector's input, into which every picture is fitted. */
  readonly input: PictureFormat;
  /** Quality from 0 to 100 of the pictures for people; undefined makes none. */
  readonly jpegQuality: number | undefined;
  /** Frames whose pictures can be drawn once more on request, the newest ones. Default 0. */
  readonly remembered?: number;
};

/** How much work goes into a picture. */
export type DrawingDetail = {
  /** Share of the full width and height at which it is drawn, before it is fitted. */
  readonly scale: number;
  /** False to make no picture for people of it. */
  readonly withJpeg: boolean;
};

/**
 * Skips unrequested frames before `index`. `image` comes back with the answer. Skipped frames from `keepFrom` on can be
 * requested later.
 */
export type DrawMessage = {
  readonly type: 'draw';
  readonly index: number;
  readonly image: ArrayBuffer;
  readonly keepFrom: number;
  readonly detail: DrawingDetail;
};

export type ToDrive =
  | DrawMessage
  /** Requests the picture of a remembered frame for people; answered by `again`. */
  | { readonly type: 'again'; readonly index: number }
  /** Answered by the thread's end. */
  | { readonly type: 'close' };

export type FromDrive =
  /** The visible objects of a frame, drawn or not; once for each, in order. */
  | { readonly type: 'truth'; readonly index: number; readonly objects: readonly Annotation[] }
  /** `image`: planar uint8, [3, input height, input width], in the input's format. */
  | { readonly type: 'drawn'; readonly index: number; readonly image: ArrayBuffer }
  | { readonly type: 'jpeg'; readonly index: number; readonly bytes: Uint8Array }
  /** `bytes`: a JPEG; undefined if the frame is forgotten. Answers come in the order of the requests. */
  | { readonly type: 'again'; readonly bytes: Uint8Array | undefined }
  | { readonly type: 'failed'; readonly message: string };
