/** Tracks damaged pictures through ffmpeg's log: reported ones, and those that depend on them. */
export type DamageTracker = {
  /** Takes a message of level warning or above. */
  logged(message: string): void;
  /** The decoder returned a picture; returns whether it is damaged. */
  decoded(kind: PictureKind): boolean;
};

/** `key` depends on no other picture; `reordered` came out of order, as B-pictures do. */
export type PictureKind = 'key' | 'reordered' | 'other';

/** Part of the data did not arrive, or could not be read: a picture that comes out soon is damaged. */
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
/**
 * A picture that others depend on is missing; key pictures are unaffected. Messages about the decoder's list of
 * references ("mmco: unref short failure", "co located POCs unavailable") do not count: a file that was trimmed without
 * re-encoding begins with them, and its pictures are complete.
 */
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
/** A message comes when a picture is read. This many others come out before it, because joining packets holds one… */
const HELD_PICTURES = 1;
/** …and because reordered pictures wait for it. */
const REORDERED_PICTURES = 8;
/** Streams with gradual refresh have no key pictures; after this many pictures, they have recovered. */
const MENDED_AFTER_PICTURES = 300;

/** Whether a message of level warning or above reports damage, and of which kind. */
export function damageIn(message: string): 'loss' | 'missing-reference' | undefined {
  if (LOSS.test(message)) return 'loss';
  return MISSING_REFERENCE.test(message) ? 'missing-reference' : undefined;
}

export function damageTracker(): DamageTracker {
  let damagedPictures = 0;
  let picturesSinceLoss = Infinity;
  let stillToCome = HELD_PICTURES;
  return {
    logged: (message) => {
      const damage = damageIn(message);
      if (damage === 'loss') picturesSinceLoss = 0;
      if (damage !== undefined) damagedPictures = MENDED_AFTER_PICTURES;
    },
    decoded: (kind) => {
      if (kind === 'reordered') stillToCome = REORDERED_PICTURES;
      // The loss may be part of the key picture itself.
      if (kind === 'key' && picturesSinceLoss > stillToCome) damagedPictures = 0;
      picturesSinceLoss += 1;
      if (damagedPictures === 0) return false;
      damagedPictures -= 1;
      return true;
    },
  };
}

function pattern(messages: readonly string[]): RegExp {
  return new RegExp(messages.join('|'), 'i');
}
