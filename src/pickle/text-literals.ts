import { PickleError } from './errors.js';

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  "'": "'",
  '"': '"',
  '\\': '\\',
  '\n': '',
};

/** The text of a Python string literal, as protocol 0 stores the strings of Python 2. */
export function stringLiteral(line: string): string {
  const quote = line[0];
  if (line.length < 2 || (quote !== "'" && quote !== '"') || line.at(-1) !== quote)
    throw new PickleError(`the text ${JSON.stringify(line.slice(0, 40))} has no quotes`);
  return line
    .slice(1, -1)
    .replaceAll(/\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([^]))/g, (all, hex?: string, octal?: string, letter?: string) => {
      if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8) & 0xff);
      return (letter !== undefined && ESCAPES[letter]) || (letter === '\n' ? '' : all);
    });
}

/** The text of Python's `raw-unicode-escape`, as protocol 0 stores text. */
export function rawUnicode(line: string): string {
  return line.replaceAll(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/g, (all, short?: string, long?: string) => {
    const code = parseInt(short ?? long ?? '', 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}
