/** The opcodes of Python's pickle module by the form of their arguments. Source: CPython, Lib/pickletools.py. */
const LINES: Readonly<Record<string, number>> = { F: 1, I: 1, L: 1, S: 1, V: 1, g: 1, p: 1, P: 1, c: 2, i: 2 };
const FIXED_BYTES: Readonly<Record<string, number>> = {
  ...{ K: 1, h: 1, q: 1, '\x80': 1, '\x82': 1, M: 2, '\x83': 2, J: 4, j: 4, r: 4, '\x84': 4, G: 8, '\x95': 8 },
};
/** The bytes of the length before the argument. */
const LENGTH_BYTES: Readonly<Record<string, number>> = {
  ...{ C: 1, U: 1, '\x8a': 1, '\x8c': 1, B: 4, T: 4, X: 4, '\x8b': 4, '\x8d': 8, '\x8e': 8, '\x96': 8 },
};

/** The opcodes of a sound pickle, each with its arguments. */
export function opcodesOf(pickle: Buffer): Buffer[] {
  const opcodes: Buffer[] = [];
  for (let at = 0, end = 0; at < pickle.length; at = end) {
    end = endOf(pickle, at);
    opcodes.push(pickle.subarray(at, end));
  }
  return opcodes;
}

function endOf(pickle: Buffer, at: number): number {
  const opcode = String.fromCharCode(pickle[at]);
  let end = at + 1 + (FIXED_BYTES[opcode] ?? 0);
  for (let line = 0; line < (LINES[opcode] ?? 0); line++) end = pickle.indexOf(0x0a, end) + 1;
  const lengthBytes = LENGTH_BYTES[opcode] ?? 0;
  return lengthBytes === 0 ? end : end + lengthBytes + pickle.readUIntLE(end, Math.min(6, lengthBytes));
}
