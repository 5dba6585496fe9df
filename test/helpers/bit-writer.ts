/** An unsigned Exp-Golomb code (H.264 §9.1), as zeros and ones. */
export function unsigned(value: number): string {
  const code = (value + 1).toString(2);
  return '0'.repeat(code.length - 1) + code;
}

/** Zeros and ones as bytes, ended as a NAL unit's payload is (H.264 §7.3.2.11). */
export function bytesOfBits(...bits: string[]): Buffer {
  const text = `${bits.join('')}1`;
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8, '0');
  return Buffer.from(padded.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2)));
}

/** Parts of an interlaced stream of H.264 whose pictures are fields or frames, 4 bits of frame_num. */
export const INTERLACED = {
  /** Baseline but for frame_mbs_only_flag 0; pic_order_cnt_type 0. */
  sps: Buffer.concat([
    Buffer.from([0x67, 66, 0, 30]),
    bytesOfBits(
      unsigned(0),
      unsigned(0),
      unsigned(0),
      unsigned(0),
      unsigned(1),
      '0',
      unsigned(19),
      unsigned(14),
      '0',
      '0',
      '1',
      '0',
      '0',
    ),
  ]),
  pps: Buffer.concat([Buffer.from([0x68]), bytesOfBits(unsigned(0), unsigned(0), '00', unsigned(0))]),
  slice({
    frame,
    field,
    idr = false,
    reference = true,
    firstMacroblock = 0,
    seed = 0,
  }: {
    frame: number;
    field: 'top' | 'bottom' | 'none';
    idr?: boolean;
    reference?: boolean;
    firstMacroblock?: number;
    seed?: number;
  }): Buffer {
    const head = [
      unsigned(firstMacroblock),
      unsigned(idr ? 7 : 5),
      unsigned(0),
      frame.toString(2).padStart(4, '0'),
      { top: '10', bottom: '11', none: '0' }[field],
    ];
    return Buffer.concat([
      Buffer.from([(reference ? 0x60 : 0) | (idr ? 5 : 1)]),
      bytesOfBits(...head),
      Buffer.alloc(20, 0x81 + seed),
    ]);
  },
};
