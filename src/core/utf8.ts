import { DataError } from './errors.js';

/** First bytes of files that are no text in UTF-8. */
const OTHERS: readonly (readonly [bytes: readonly number[], problem: string])[] = [
  [[0x1f, 0x8b], 'is compressed with gzip; unpack it first'],
  [[0x50, 0x4b, 3, 4], 'is a ZIP archive; unpack it first'],
  [[0xff, 0xfe], 'is text in UTF-16; save it as UTF-8'],
  [[0xfe, 0xff], 'is text in UTF-16; save it as UTF-8'],
];

/**
 * The text of a file in UTF-8, without a byte order mark.
 * @param path names the file in messages
 * @throws DataError if it is no such text
 */
export function utf8Text(bytes: Uint8Array, path: string): string {
  const other = OTHERS.find(([first]) => first.every((byte, i) => bytes[i] === byte));
  if (other !== undefined) throw new DataError(`${path} ${other[1]}`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DataError(`${path} is not text in UTF-8; save it as UTF-8`, { cause });
  }
}
