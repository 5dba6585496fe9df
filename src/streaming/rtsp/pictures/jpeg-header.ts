/** The frame header of a JPEG, as RTP describes it (RFC 2435 §3.1). */
export type JpegFrame = {
  readonly width: number;
  readonly height: number;
  /** Horizontal and vertical sampling of luma, as in the frame header: 0x21 for 4:2:2, 0x22 for 4:2:0. */
  readonly lumaSampling: number;
  /** Luma's table, then chroma's, in zigzag order, 64 values of one or two bytes; a single table serves both. */
  readonly quantizers: readonly Uint8Array[];
  /** MCUs between restart markers; 0 for none. */
  readonly restartInterval: number;
};

/** ISO/IEC 10918-1, tables K.1 and K.2, in zigzag order: the tables of quality 50. */
const LUMA_QUANTIZER = [
  16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61,
  60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113, 121,
  112, 100, 120, 92, 101, 103, 99,
];
const CHROMA_QUANTIZER = [17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, ...new Array<number>(50).fill(99)];

/**
 * ISO/IEC 10918-1, tables K.3 to K.6, as one DHT segment: DC luma, DC chroma, AC luma, AC chroma. RFC 2435 implies
 * them.
 */
const HUFFMAN_TABLES = bytesOfHex(`
  ffc401a20000010501010101010100000000000000000102030405060708090a0b0100030101010101010101010000000000000102030405
  060708090a0b100002010303020403050504040000017d01020300041105122131410613516107227114328191a1082342b1c11552d1f024
  33627282090a161718191a25262728292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a
  838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3
  e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa110002010204040304070504040001027700010203110405213106124151076171132232810814
  4291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a434445464748494a535455565758595a63646566
  6768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9
  cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa`);

const JFIF = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0);
const SCAN = Uint8Array.of(0xff, 0xda, 0, 12, 3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0);

/** Luma's and chroma's tables of quality 1 to 99 (RFC 2435 §4.2, the Independent JPEG Group's scale). */
export function quantizersOfQuality(quality: number): Uint8Array[] {
  const percent = quality < 50 ? Math.floor(5000 / quality) : 200 - quality * 2;
  return [LUMA_QUANTIZER, CHROMA_QUANTIZER].map((table) =>
    Uint8Array.from(table, (value) => Math.max(1, Math.min(255, Math.floor((value * percent + 50) / 100)))),
  );
}

/** All of a baseline JFIF file before its scan data. */
export function jpegHeader({ width, height, lumaSampling, quantizers, restartInterval }: JpegFrame): Uint8Array[] {
  const chromaTable = quantizers.length > 1 ? 1 : 0;
  return [
    JFIF,
    ...quantizers
      .slice(0, 2)
      .flatMap((table, id) => [
        Uint8Array.of(0xff, 0xdb, 0, 3 + table.length, (table.length === 128 ? 0x10 : 0) | id),
        table,
      ]),
    ...(restartInterval > 0 ? [Uint8Array.of(0xff, 0xdd, 0, 4, restartInterval >> 8, restartInterval & 0xff)] : []),
    Uint8Array.of(
      0xff,
      0xc0,
      0,
      17,
      8,
      height >> 8,
      height & 0xff,
      width >> 8,
      width & 0xff,
      3,
      1,
      lumaSampling,
      0,
      2,
      0x11,
      chromaTable,
      3,
      0x11,
      chromaTable,
    ),
    HUFFMAN_TABLES,
    SCAN,
  ];
}

function bytesOfHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/[0-9a-f]{2}/g) ?? [], (pair) => Number.parseInt(pair, 16));
}
