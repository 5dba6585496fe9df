import { latin1, type ByteReader } from './byte-reader.js';
import { PickleError } from './errors.js';
import { rawUnicode, stringLiteral } from './text-literals.js';

/** The opcodes that stand for one value, which their arguments hold. */
export const ATOMS: Readonly<Record<string, (read: ByteReader) => unknown>> = {
  N: () => null,
  '\x88': () => true,
  '\x89': () => false,
  I: integerOrBoolean,
  L: (read) => read.decimal(),
  K: (read) => read.uint8(),
  M: (read) => read.uint16(),
  J: (read) => read.int32(),
  '\x8a': (read) => read.integer(read.uint8()),
  '\x8b': (read) => read.integer(signedLength(read)),
  F: (read) => floatIn(read.line()),
  G: (read) => read.float64(),
  // Text.
  V: (read) => rawUnicode(read.line()),
  X: (read) => read.utf8(read.uint32()),
  '\x8c': (read) => read.utf8(read.uint8()),
  '\x8d': (read) => read.utf8(read.uint64()),
  S: (read) => stringLiteral(read.line()),
  T: (read) => latin1(read.take(signedLength(read))),
  U: (read) => latin1(read.take(read.uint8())),
  // Bytes.
  B: (read) => read.take(read.uint32()),
  C: (read) => read.take(read.uint8()),
  '\x8e': (read) => read.take(read.uint64()),
  '\x96': (read) => read.take(read.uint64()).slice(),
  // Empty containers.
  ']': () => [],
  ')': () => [],
  '}': () => new Map(),
  '\x8f': () => new Set(),
};

/** Protocol 0 and 1 write booleans as the integers 00 and 01. */
function integerOrBoolean(read: ByteReader): number | bigint | boolean {
  const { at } = read;
  const line = read.line();
  if (line === '00' || line === '01') return line === '01';
  read.at = at;
  return read.decimal();
}

function signedLength(read: ByteReader): number {
  const length = read.int32();
  if (length < 0) throw new PickleError(`a length of ${length} before byte ${read.at}; it is damaged`);
  return length;
}

function floatIn(line: string): number {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(line)) return Number(line);
  if (/^[+-]?nan$/i.test(line)) return NaN;
  if (/^[+-]?inf(inity)?$/i.test(line)) return line.startsWith('-') ? -Infinity : Infinity;
  throw new PickleError(`"${line.slice(0, 40)}" is no number`);
}
