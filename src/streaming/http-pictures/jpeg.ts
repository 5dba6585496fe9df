import type { CodedShape } from '../../core/size.js';

const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
const APPLICATION_0 = 0xe0;
const JFIF = Buffer.from('JFIF\0');

/** Whether bytes begin like a JPEG. */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === START_OF_IMAGE;
}

/** Whether bytes end like a JPEG; cameras pad it with zeros and line ends. */
export function endsAsJpeg(bytes: Uint8Array): boolean {
  let to = bytes.length;
  while (to > 2 && (bytes[to - 1] === 0 || bytes[to - 1] === 0x0d || bytes[to - 1] === 0x0a)) to -= 1;
  return bytes[to - 2] === 0xff && bytes[to - 1] === END_OF_IMAGE;
}

/**
 * The size in pixels from a JPEG's frame header (ITU-T T.81 §B.2.2), with the shape of its pixels, which some cameras
 * state as unequal densities (T.871 §10.1); undefined if there is none before its scan.
 */
export function jpegShape(bytes: Uint8Array): CodedShape | undefined {
  if (!isJpeg(bytes)) return undefined;
  let sampleAspect = 1;
  for (let at = 2; at + 8 < bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1];
    if (marker === START_OF_SCAN) return undefined;
    if (isStartOfFrame(marker))
      return {
        width: (bytes[at + 7] << 8) | bytes[at + 8],
        height: (bytes[at + 5] << 8) | bytes[at + 6],
        sampleAspect,
      };
    if (marker === APPLICATION_0 && Buffer.from(bytes.subarray(at + 4, at + 9)).equals(JFIF)) {
      const [across, down] = [12, 14].map((offset) => (bytes[at + offset] << 8) | bytes[at + offset + 1]);
      if (across > 0 && down > 0) sampleAspect = across / down;
    }
    // Bytes of 0xff pad before a marker.
    at += marker === 0xff ? 1 : 2 + Math.max(2, (bytes[at + 2] << 8) | bytes[at + 3]);
  }
  return undefined;
}

/** SOF0 to SOF15; three numbers among them denote other segments. */
function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/**
 * Finds the end of a JPEG while its bytes arrive. It skips segments by their lengths, so the end of an embedded
 * thumbnail does not count. ITU-T T.81 annex B.
 */
export class JpegEnd {
  #at = 2;
  #isInScan = false;

  /**
   * @param bytes the picture from its first byte, as far as it has arrived
   * @returns its length; undefined if it is incomplete, or no JPEG
   */
  find(bytes: Uint8Array): number | undefined {
    if (!isJpeg(bytes)) return undefined;
    while (this.#at + 1 < bytes.length) {
      if (bytes[this.#at] !== 0xff) {
        if (!this.#isInScan) return undefined;
        const next = bytes.indexOf(0xff, this.#at);
        this.#at = next < 0 ? bytes.length : next;
        continue;
      }
      const marker = bytes[this.#at + 1];
      if (marker === END_OF_IMAGE) return this.#at + 2;
      if (marker === 0xff) this.#at += 1;
      // A stuffed byte of a scan, and markers without a length.
      else if (marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) this.#at += 2;
      else if (this.#at + 3 >= bytes.length) return undefined;
      else {
        this.#isInScan = marker === START_OF_SCAN;
        this.#at += 2 + Math.max(2, (bytes[this.#at + 2] << 8) | bytes[this.#at + 3]);
      }
    }
    return undefined;
  }
}
