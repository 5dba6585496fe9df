import type { Size } from '../../core/size.js';
import { START_CODE_BYTES, startCodes } from '../nal/annex-b.js';
import { readH264Sequence } from '../nal/h264-parameters.js';
import { wholeNal } from '../nal/nal-unit.js';

/** An access unit as MP4 has it. */
export type AvcSample = {
  /** Each NAL unit after its length in four bytes; without parameter sets, which the header has. */
  readonly data: Uint8Array;
  /** The parameter sets that came with it; undefined if it lacks one of the two kinds. */
  readonly parameters: AvcParameters | undefined;
};

/** Parameter sets of H.264, as NAL units without start codes. */
export type AvcParameters = { readonly sequence: readonly Uint8Array[]; readonly picture: readonly Uint8Array[] };

const LENGTH_BYTES = 4;
const [SEQUENCE, PICTURE, DELIMITER, FILLER] = [7, 8, 9, 12];
/** Profiles whose `avcC` ends with the chroma format and the depths (ISO/IEC 14496-15 §5.3.3.1.2). */
const HIGH_PROFILES = new Set([100, 110, 122, 144]);

/** From Annex B (ISO/IEC 14496-10 annex B) to the format of MP4 (14496-15 §5.3.4.2). */
export function avcSample(annexB: Uint8Array): AvcSample {
  const sequence: Uint8Array[] = [];
  const picture: Uint8Array[] = [];
  const rest: Uint8Array[] = [];
  for (const nal of nalUnitsOf(annexB)) {
    const type = nal[0] & 0x1f;
    if (type === SEQUENCE) sequence.push(nal);
    else if (type === PICTURE) picture.push(nal);
    else if (type !== DELIMITER && type !== FILLER) rest.push(nal);
  }
  const data = new Uint8Array(rest.reduce((sum, nal) => sum + LENGTH_BYTES + nal.length, 0));
  const view = new DataView(data.buffer);
  let at = 0;
  for (const nal of rest) {
    view.setUint32(at, nal.length);
    data.set(nal, at + LENGTH_BYTES);
    at += LENGTH_BYTES + nal.length;
  }
  return { data, parameters: sequence.length > 0 && picture.length > 0 ? { sequence, picture } : undefined };
}

/** The codec in a MIME type (RFC 6381): `avc1.64001f`. */
export function avcCodec({ sequence: [set] }: AvcParameters): string {
  return `avc1.${Buffer.from(set.subarray(1, 4)).toString('hex')}`;
}

/** Size of the pictures in pixels; undefined if the parameter set is broken. */
export function avcSize({ sequence: [set] }: AvcParameters): Size | undefined {
  return readH264Sequence(wholeNal(set))?.size;
}

/** The content of an `avcC` box: AVCDecoderConfigurationRecord (14496-15 §5.3.3.1). */
export function avcConfiguration({ sequence, picture }: AvcParameters): Uint8Array {
  const [profile, compatibility, level] = sequence[0].subarray(1, 4);
  const sets = (nals: readonly Uint8Array[]): Uint8Array[] =>
    nals.flatMap((nal) => [Uint8Array.of(nal.length >> 8, nal.length & 0xff), nal]);
  return Buffer.concat([
    Uint8Array.of(1, profile, compatibility, level, 0xfc | (LENGTH_BYTES - 1), 0xe0 | sequence.length),
    ...sets(sequence),
    Uint8Array.of(picture.length),
    ...sets(picture),
    // 4:2:0 and 8 bits; decoders read the truth in the parameter sets.
    ...(HIGH_PROFILES.has(profile) ? [Uint8Array.of(0xfc | 1, 0xf8, 0xf8, 0)] : []),
  ]);
}

/** True if a decoder needs no new header. */
export function areEqual(a: AvcParameters, b: AvcParameters): boolean {
  return Buffer.compare(avcConfiguration(a), avcConfiguration(b)) === 0;
}

function nalUnitsOf(annexB: Uint8Array): Uint8Array[] {
  const begins = [...startCodes(annexB)].map((at) => at + START_CODE_BYTES);
  return begins.flatMap((from, i) => {
    let to = i + 1 < begins.length ? begins[i + 1] - START_CODE_BYTES : annexB.length;
    // A NAL unit never ends in a zero byte; zeros there belong to the next start code.
    while (to > from && annexB[to - 1] === 0) to -= 1;
    return to > from ? [annexB.subarray(from, to)] : [];
  });
}
