/** A NAL unit without start code, in its received pieces. The pieces are views of the packets' bytes. */
export type NalUnit = {
  readonly pieces: readonly Uint8Array[];
  /** Bytes in all. */
  readonly size: number;
};

/** The byte at `index` from the start; 0 past the end. */
export function byteAt(nal: NalUnit, index: number): number {
  let at = index;
  for (const piece of nal.pieces) {
    if (at < piece.length) return piece[at];
    at -= piece.length;
  }
  return 0;
}

/** The NAL unit's bytes in one piece; copies only if there are several. */
export function nalBytes(nal: NalUnit): Uint8Array {
  if (nal.pieces.length === 1) return nal.pieces[0];
  const bytes = new Uint8Array(nal.size);
  let at = 0;
  for (const piece of nal.pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** A NAL unit of one piece. */
export function wholeNal(bytes: Uint8Array): NalUnit {
  return { pieces: [bytes], size: bytes.length };
}
