import { pictureFormatOf } from '../pictures/file-format.js';
import { containerOf, statesItsEnd } from './container.js';

/** The kind of content that an address of `http` or `https` gives. */
export type HttpContent =
  /** Pictures of a camera, one part each. @property boundary as the camera writes it; undefined if it names none */
  | { readonly kind: 'multipart'; readonly boundary: string | undefined }
  /** One JPEG. */
  | { readonly kind: 'snapshot' }
  /** One picture of another format. */
  | { readonly kind: 'picture'; readonly format: string }
  | { readonly kind: 'hls' | 'dash' }
  /** JPEGs with nothing between them. */
  | { readonly kind: 'mjpeg' }
  /** A video with an end. */
  | { readonly kind: 'recording' }
  | { readonly kind: 'page' }
  /** Anything else. @property isVideo true for a video that states no end: an endless one, or a file in pieces */
  | { readonly kind: 'other'; readonly type: string; readonly isVideo: boolean };

/** The part of an answer that shows its content. */
export type AnswerStart = {
  /** The header `Content-Type`, as far as the server sends one. */
  readonly type: string | undefined;
  /** The server states how long the answer is, or gives parts of it on request. */
  readonly isBounded: boolean;
  /** The first bytes of the body. */
  readonly head: Buffer;
  /** No further bytes come, or none are read. */
  readonly isWhole: boolean;
};

/** Bytes in which every content shows. */
export const MOST_HEAD_BYTES = 64 * 1024;
/** Bytes in which all but containers without a length show. */
const USUAL_HEAD_BYTES = 512;

/**
 * Recognises content by the header `Content-Type` (RFC 9110 §8.3, RFC 2046 §5.1.1) where cameras rely on it, and by its
 * first bytes: servers call anything `application/octet-stream`, and addresses end in any letters.
 * @returns undefined if more bytes are needed
 */
export function contentOf({ type: header, isBounded, head, isWhole }: AnswerStart): HttpContent | undefined {
  const type = (header ?? '').split(';')[0].trim().toLowerCase();
  if (type.startsWith('multipart/')) return { kind: 'multipart', boundary: boundaryIn(header!) };
  if (/^image\/(?:jpeg|jpg|pjpeg)$/.test(type)) return { kind: 'snapshot' };
  if (head.length < USUAL_HEAD_BYTES && !isWhole) return undefined;
  const text = head.toString('latin1', 0, USUAL_HEAD_BYTES).replace(/^\xef\xbb\xbf/, '');
  if (text.startsWith('#EXTM3U')) return { kind: 'hls' };
  if (/^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)*<MPD[\s>]/.test(text)) return { kind: 'dash' };
  if (/^\s*<(?:!doctype html|html|head|body)[\s>]/i.test(text)) return { kind: 'page' };
  if (/^(?:\r?\n)?(?:--[^\r\n]+\r?\n)?(?:[\w-]+:[^\r\n]*\r?\n)*content-type:\s*image\//i.test(text))
    return { kind: 'multipart', boundary: undefined };
  const picture = pictureFormatOf(head);
  // Only the server's word tells a video of JPEGs from the first of them.
  if (picture?.name === 'JPEG' && type.startsWith('video/')) return { kind: 'mjpeg' };
  if (picture !== undefined && !type.startsWith('video/'))
    return picture.name === 'JPEG' ? { kind: 'snapshot' } : { kind: 'picture', format: picture.name };
  const container = containerOf(head);
  if (container !== undefined) {
    const hasEnd = isBounded ? true : statesItsEnd(container, head);
    if (hasEnd === undefined && !isWhole) return undefined;
    // An index that is larger than any of a live stream.
    if (hasEnd !== false) return { kind: 'recording' };
  }
  return { kind: 'other', type: type === '' ? 'no type' : type, isVideo: container !== undefined };
}

function boundaryIn(header: string): string | undefined {
  const [, quoted, bare] = /;\s*boundary\s*=\s*(?:"([^"]*)"|([^;\s]+))/i.exec(header) ?? [];
  return quoted ?? bare;
}
