/**
 * The messages of live pictures between the owner of a server, the server and a page. Types and constants only, because
 * the page compiles against them, too.
 */

/** Path of the WebSocket: `/live?camera=NAME&as=video`, or another form. */
export const LIVE_PATH = '/live';
export const LIVE_SUBPROTOCOL = 'nowcast.live.v1';

/**
 * `full`: the camera's own video at full size, as fragmented MP4. `video`: that of the stream that is detected on,
 * which may be the same. `pictures`: those that the detector took, as JPEG.
 */
export const LIVE_FORMS = ['full', 'video', 'pictures'] as const;
export type LiveForm = (typeof LIVE_FORMS)[number];

/** Text messages to a viewer. */
export type LiveText =
  /** Before each initialisation segment. `codec` is that of a MIME type: `avc1.64001f`. */
  | { readonly type: 'video'; readonly codec: string }
  /** The camera cannot be had in this form; `why` is for people. If that is so for now, bytes may still follow. */
  | { readonly type: 'none'; readonly why: string; readonly isForNow: boolean };

/** The first byte of a binary message; the second to the ninth are its presentation time in µs, a big-endian double. */
export const LIVE_BYTES = { init: 0, key: 1, fragment: 2, picture: 3 } as const;
export const LIVE_HEAD_BYTES = 9;

/** Facts about a picture, as JSON before its JPEG. */
export type LivePictureFacts = {
  /** Presentation time of its frame, as in its percept. */
  readonly ptsMs: number;
  /** Size of the source's picture in pixels, which boxes refer to; the JPEG may be smaller. */
  readonly width: number;
  readonly height: number;
};
