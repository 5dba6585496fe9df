import type { LogLine } from './log-line.js';

/** Data of a picture did not arrive, or could not be read. */
const LOSS = pattern([
  'corrupt decoded frame',
  'error while decoding MB',
  'concealing \\d+ DC',
  'bytestream overread',
  'overread \\d',
  'invalid cbp',
  'ac-tex damaged',
  'mb incr damaged',
  'RTP: missed \\d+ packets',
  'max delay reached',
  'corrupt input packet',
  'Packet corrupt',
  'continuity check failed',
  'PES packet size mismatch',
  'Invalid NAL unit size',
  'Frame num gap',
  'entry_point_offset table is corrupted',
  'cu_qp_delta',
  'Error constructing the frame RPS',
]);
/** A picture that others depend on is missing; key pictures are unaffected. */
const MISSING_REFERENCE = pattern([
  'decode_slice_header error',
  'no frame!',
  'Frame num change',
  'missing picture in access unit',
  'reference picture missing',
  'Missing reference picture',
  'Could not find ref with POC',
  'block unavailable for requested',
  'non-existing PPS',
]);
/**
 * Messages of decoders about complete pictures. A file that was trimmed without re-encoding begins with those about the
 * list of references.
 */
const HARMLESS = pattern([
  'mmco: unref short failure',
  'co located POCs unavailable',
  'number of reference frames',
  'Late SEI',
  'marker does not match f_code',
  'unable to decode APP',
  'EOI missing',
  'deprecated pixel format',
  'MVs not available',
  'Cannot use (?:next|previous) picture in error concealment',
  'VBV|bitrate|Duplicated|not implemented|unsupported',
]);
/**
 * Messages of decoders, while they read a picture's headers, about pictures that came before or that do not come out.
 */
const HEADERS = pattern([
  'Frame num gap',
  'Frame num change',
  'reference picture missing',
  'Missing reference picture',
  'Could not find ref with POC',
  'Error constructing the frame RPS',
  'no frame!',
  'decode_slice_header error',
  'non-existing [PS]PS',
  'Invalid NAL unit size',
  'Error splitting the input into NAL units',
  'header damaged',
  'matrix damaged',
  'time_increment_bits',
]);

/** Parts of ffmpeg whose messages quote servers, addresses and playlists. */
const QUOTING = /^(?:https?|httpproxy|tls|tcp|ftp|rtmp\w*|hls.*|dash|concat|AVIOContext)$/;
/** In messages of parts that quote others, what ffmpeg itself says at their beginning. */
const OWN_WORDS = /^(?:Packet corrupt \(stream = |RTP: missed \d+ packets|max delay reached)/;

/**
 * Whether a message reports damage, and of which kind, to somebody who knows which pictures it may concern. An answer
 * such as `404 corrupt decoded frame` does not.
 */
export function damageIn({ component, text }: LogLine): 'loss' | 'missing-reference' | undefined {
  const quotes = component !== undefined && (QUOTING.test(component) || /^(?:rtsp|sdp)$/.test(component));
  if (quotes && !OWN_WORDS.test(text)) return undefined;
  if (LOSS.test(text)) return 'loss';
  return MISSING_REFERENCE.test(text) ? 'missing-reference' : undefined;
}

/** The subject of a decoder's complaint: a picture's headers, its pixels, or nothing of importance. */
export function decoderComplaint(text: string): 'headers' | 'pixels' | undefined {
  if (HARMLESS.test(text)) return undefined;
  return HEADERS.test(text) ? 'headers' : 'pixels';
}

/** The type of a picture that the decoder says it filled in. */
export function concealedIn(text: string): 'I' | 'P' | 'B' | undefined {
  const type = /^concealing \d+ DC, \d+ AC, \d+ MV errors in ([IPBS]) frame/.exec(text)?.[1];
  return type === 'S' ? 'P' : (type as 'I' | 'P' | 'B' | undefined);
}

/** Lost by ffmpeg's own readers of RTP. */
export function isPacketLoss({ component, text }: LogLine): boolean {
  return /^(?:rtsp|sdp|rtp)$/.test(component ?? '') && /^(?:RTP: missed \d+ packets|max delay reached)/.test(text);
}

/** ffmpeg's own program reports on a packet or a picture: before 6.1 by the input's name, since then as a component. */
export function isOfProgram(component: string | undefined): boolean {
  return component === undefined || /^(?:v?ist|in)#|^dec:/.test(component);
}

function pattern(messages: readonly string[]): RegExp {
  return new RegExp(messages.join('|'), 'i');
}
