/** Whole numbers that a double may not hold; other matches cost time only. */
const LONG_INTEGER = /(?<![\d.])\d{16,}(?![\d.eE])/;
const NOT_A_NUMBER = /\b(?:NaN|Infinity)\b/;
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|Infinity)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;
/** Marks a value that JSON.parse would change or refuse, until the reviver has put it right. */
const MARK = '\0';

/**
 * Parses JSON as Python does, which writes most data sets: NaN and Infinity are numbers, and whole numbers keep all
 * their digits, as `bigint` if a double cannot hold them.
 * @throws SyntaxError
 */
export function parsePythonJson(text: string): unknown {
  if (!LONG_INTEGER.test(text) && !NOT_A_NUMBER.test(text)) return JSON.parse(text);
  return JSON.parse(text.replaceAll(TOKEN, marked), (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(MARK) ? restored(value.slice(MARK.length)) : value,
  );
}

function marked(token: string): string {
  if (token.startsWith('"')) return token;
  const isKept = /^-?\d+$/.test(token) ? Number.isSafeInteger(Number(token)) : /^-?\d/.test(token);
  return isKept ? token : JSON.stringify(MARK + token);
}

function restored(token: string): number | bigint {
  return /\d$/.test(token) ? BigInt(token) : Number(token);
}
