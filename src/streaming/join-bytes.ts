/**
 * Concatenates two arrays in new memory. `Buffer.concat` would not do: a Buffer's `slice` shares memory, an array's
 * copies.
 */
export function joinBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
