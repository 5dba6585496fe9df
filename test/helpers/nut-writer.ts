/** Writes NUT by the specification; the test chooses every field that a reader may meet. */

export type NutPicture = { readonly pts: number; readonly bytes: Uint8Array };
export type NutLayout = {
  readonly timeBase?: readonly [num: number, den: number];
  readonly width?: number;
  readonly height?: number;
  readonly msbShift?: number;
  readonly streamClass?: number;
  readonly streamCount?: number;
  /** A syncpoint before every n-th picture. */
  readonly syncEvery?: number;
  /** Bytes at the start of every picture that the stream omits. */
  readonly elided?: Uint8Array;
};

const MAIN = [0x4e, 0x4d, 0x7a, 0x56, 0x1f, 0x5f, 0x04, 0xad];
const STREAM = [0x4e, 0x53, 0x11, 0x40, 0x5b, 0xf2, 0xf9, 0xdb];
const SYNCPOINT = [0x4e, 0x4b, 0xe4, 0xad, 0xee, 0xca, 0x45, 0x69];
const INFO = [0x4e, 0x49, 0xab, 0x68, 0xb5, 0x96, 0xba, 0x78];
const CODED_PTS = 8,
  SIZE_MSB = 32,
  CHECKSUM = 64,
  HEADER_INDEX = 1024,
  CODED = 4096,
  INVALID = 8192;
/** The only frame code: it states "flags follow", and holds the size's lowest 5 bits. */
const SIZE_FACTOR = 32;

export function writeNut(pictures: readonly NutPicture[], layout: NutLayout = {}): Uint8Array {
  const {
    timeBase = [1, 1_000_000],
    width = 2,
    height = 2,
    msbShift = 7,
    streamClass = 0,
    streamCount = 1,
    syncEvery = 3,
    elided,
  } = layout;
  const out: number[] = [...ascii('nut/multimedia container'), 0];
  // 32 codes that differ in the size's lowest bits, then an unused run up to 255 ("N" is skipped by the rule itself).
  const codes = [
    ...varint(CODED),
    6,
    ...signed(0),
    SIZE_FACTOR,
    0,
    0,
    0,
    SIZE_FACTOR,
    ...varint(INVALID),
    2,
    ...signed(0),
    ...varint(256 - SIZE_FACTOR - 1),
  ];
  const elision = elided === undefined ? [0] : [1, ...varint(elided.length), ...elided];
  out.push(
    ...packet(MAIN, [
      3,
      streamCount,
      ...varint(65536),
      1,
      ...varint(timeBase[0]),
      ...varint(timeBase[1]),
      ...codes,
      ...elision,
    ]),
  );
  out.push(
    ...packet(STREAM, [
      0,
      streamClass,
      4,
      ...ascii('G3\0\b'),
      0,
      msbShift,
      ...varint(1000),
      0,
      0,
      0,
      ...varint(width),
      ...varint(height),
      0,
      0,
      0,
    ]),
  );
  out.push(...packet(INFO, [0, ...Array.from({ length: 5000 }, () => 7)]));
  let lastPts = 0;
  pictures.forEach(({ pts, bytes }, index) => {
    if (index % syncEvery === 0) {
      out.push(...packet(SYNCPOINT, [...varint(pts), 0]));
      lastPts = pts;
    }
    const span = 2 ** msbShift;
    const lowest = lastPts - Math.floor((span - 1) / 2);
    const near = pts >= lowest && pts < lowest + span;
    const checksum = index % 2 === 0;
    const headerIndex = elided === undefined ? [] : [1];
    const flags = CODED_PTS | SIZE_MSB | (checksum ? CHECKSUM : 0) | (elided === undefined ? 0 : HEADER_INDEX);
    out.push(
      bytes.length % SIZE_FACTOR,
      ...varint(flags),
      ...varint(near ? ((pts % span) + span) % span : pts + span),
      ...varint(Math.floor(bytes.length / SIZE_FACTOR)),
      ...headerIndex,
      ...(checksum ? [1, 2, 3, 4] : []),
      ...bytes.subarray(elided?.length ?? 0),
    );
    lastPts = pts;
  });
  return Uint8Array.from(out);
}

function packet(startcode: readonly number[], body: readonly number[]): number[] {
  const length = body.length + 4;
  return [...startcode, ...varint(length), ...(length > 4096 ? [9, 9, 9, 9] : []), ...body, 5, 6, 7, 8];
}

function varint(value: number): number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest % 128) + 128);
  return bytes;
}

function signed(value: number): number[] {
  return varint(value > 0 ? 2 * value - 1 : -2 * value);
}

function ascii(text: string): number[] {
  return Array.from(Buffer.from(text, 'latin1'));
}
