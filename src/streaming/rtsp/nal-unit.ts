/** A NAL unit without start code, in the pieces in which it came. The pieces are views of the packets' bytes. */
export type NalUnit = {
  readonly pieces: readonly Uint8Array[];
  /** Bytes in all. */
  readonly size: number;
};

/** Takes the results of a depayloader in the order in which they happen. */
export type NalSink = {
  /** A whole NAL unit. */
  nal(nal: NalUnit): void;
  /** NAL units were lost here. */
  damage(): void;
  /** Something that the camera's owner should know. */
  notice(text: string): void;
};

/** Takes NAL units out of RTP payloads. */
export type NalDepayloader = {
  push(payload: Uint8Array): void;
  /** Packets are missing before the next payload: a NAL unit that was begun is dropped. */
  lost(): void;
  /** A NAL unit was begun and waits for its end. */
  readonly isOpen: boolean;
};

/** The byte at `index` from the beginning; 0 past the end. */
export function byteAt(nal: NalUnit, index: number): number {
  let at = index;
  for (const piece of nal.pieces) {
    if (at < piece.length) return piece[at];
    at -= piece.length;
  }
  return 0;
}

/** The NAL unit's bytes in one piece; copies only where there are several. */
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

/** Annex B: each NAL unit behind a start code of four bytes. */
export function annexB(nals: readonly NalUnit[]): Uint8Array {
  const bytes = new Uint8Array(nals.reduce((sum, { size }) => sum + 4 + size, 0));
  let at = 0;
  for (const { pieces } of nals) {
    bytes[at + 3] = 1;
    at += 4;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
  }
  return bytes;
}

/**
 * NAL units of bytes that should be one and may be several with start codes between them, as some cameras send them. Bytes without a
 * start code come back as they are.
 */
export function splitStartCodes(bytes: Uint8Array): Uint8Array[] {
  const nals: Uint8Array[] = [];
  let begin = 0;
  for (let at = bytes.indexOf(1, 2); at >= 0; at = bytes.indexOf(1, at + 1)) {
    if (bytes[at - 1] !== 0 || bytes[at - 2] !== 0) continue;
    pushTrimmed(nals, bytes.subarray(begin, at - 2));
    begin = at + 1;
  }
  pushTrimmed(nals, bytes.subarray(begin));
  return nals;
}

/** A NAL unit never ends in a zero byte (H.264 §7.4.1); zeros there belong to the next start code. */
function pushTrimmed(nals: Uint8Array[], bytes: Uint8Array): void {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  if (end > 0) nals.push(bytes.subarray(0, end));
}
