/** Bytes of a file, both ends included. */
export type ByteRange = { readonly first: number; readonly last: number };

const FORM = /^bytes=(\d*)-(\d*)$/;

/**
 * The part that the header `Range` asks for (RFC 9110, section 14). Undefined for all of the file: without a header,
 * and for a header of another form, such as one with several parts.
 *
 * @param size of the file, in bytes
 * @returns `unsatisfiable` if the file has no byte of that part
 */
export function byteRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const [, from = '', to = ''] = FORM.exec(header ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  // `-500` asks for the last 500 bytes.
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== '' && from !== '' && Number(to) < first) return undefined;
  return first > last ? 'unsatisfiable' : { first, last };
}
