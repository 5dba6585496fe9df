/** Follows, through ffmpeg's log, which pictures are damaged: those reported, and those that were built on them. */
export type DamageTracker = {
  /** Takes a message of level warning or above. */
  heard(message: string): void;
  /** The decoder gave a picture; returns whether it is damaged. */
  decoded(isKeyPicture: boolean): boolean;
};

/** This very picture is damaged. */
const IN_PICTURE = /corrupt decoded frame|error while decoding MB|concealing \d+ DC|overread \d|invalid cbp|ac-tex damaged|mb incr damaged|bytestream overread/i;
/**
 * Something is missing that pictures after it are built on; a key picture is not. Messages about the decoder's list of
 * references ("mmco: unref short failure", "co located POCs unavailable") are not here: a file that was trimmed without
 * being encoded anew begins with them, and its pictures are whole.
 */
const IN_STREAM = new RegExp([
  'RTP: missed \\d+ packets', 'max delay reached', 'corrupt input packet', 'Packet corrupt', 'continuity check failed', 'PES packet size mismatch',
  'decode_slice_header error', 'no frame!', 'Frame num gap', 'Frame num change', 'Invalid NAL unit size', 'missing picture in access unit',
  'reference picture missing', 'Missing reference picture', 'Could not find ref with POC', 'block unavailable for requested', 'non-existing PPS', 'The cu_qp_delta',
].join('|'), 'i');
/** Streams that refresh their pictures bit by bit have no key pictures; after so many they have mended. */
const MENDED_AFTER_PICTURES = 300;

export function damageTracker(): DamageTracker {
  let pictureIsDamaged = false;
  let lastingPictures = 0;
  return {
    heard: (message) => {
      if (IN_PICTURE.test(message)) pictureIsDamaged = true;
      else if (IN_STREAM.test(message)) lastingPictures = MENDED_AFTER_PICTURES;
    },
    decoded: (isKeyPicture) => {
      if (pictureIsDamaged) lastingPictures = MENDED_AFTER_PICTURES;
      else if (isKeyPicture) lastingPictures = 0;
      pictureIsDamaged = false;
      if (lastingPictures === 0) return false;
      lastingPictures -= 1;
      return true;
    },
  };
}
