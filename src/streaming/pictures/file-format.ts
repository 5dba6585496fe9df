/** Formats of pictures, by what their files begin with. */
const MAGIC: readonly (readonly [format: string, isReadable: boolean, begins: RegExp])[] = [
  ['JPEG', true, /^\xff\xd8\xff/],
  ['PNG', true, /^\x89PNG\r\n\x1a\n/],
  ['WebP', true, /^RIFF[^]{4}WEBP/],
  ['GIF', true, /^GIF8[79]a/],
  ['TIFF', true, /^(?:II[*+]\0|MM\0[*+])/],
  ['BMP', true, /^BM[^]{4}\0\0\0\0/],
  ['AVIF', true, /^[^]{4}ftypavi[fs]/],
  // The decoder of HEVC is missing from many builds; AV1 in the same container can be read.
  ['HEIF', true, /^[^]{4}ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)/],
  ['JPEG 2000', false, /^(?:\0\0\0\x0cjP {2}|\xff\x4f\xff\x51)/],
  ['JPEG XL', false, /^(?:\xff\x0a|\0\0\0\x0cJXL )/],
  ['PNM', false, /^P[1-7][\s#]/],
  ['Photoshop', false, /^8BPS/],
  ['OpenEXR', false, /^\x76\x2f\x31\x01/],
];

/** Bytes of a file's start that its format shows in. */
export const HEAD_BYTES = 16;

/** The format of a file of pictures; undefined if it is none. */
export type PictureFileFormat = {
  /** As people call it: `JPEG`. */
  readonly name: string;
  /** Whether Nowcast decodes it. */
  readonly isReadable: boolean;
};

/** @param head the first {@link HEAD_BYTES} bytes, or the whole of a shorter file */
export function pictureFormatOf(head: Uint8Array): PictureFileFormat | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, HEAD_BYTES)).toString('latin1');
  const found = MAGIC.find(([, , begins]) => begins.test(text));
  return found && { name: found[0], isReadable: found[1] };
}

/** Names of the formats that Nowcast decodes, for messages. */
export const READABLE_FORMATS = MAGIC.filter(([, isReadable]) => isReadable).map(([name]) => name);
