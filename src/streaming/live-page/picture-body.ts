/** A picture for a page: the length of the facts (4 bytes, big-endian), the facts as JSON, and the JPEG. */
export function pictureBody(facts: object, jpeg: Uint8Array): Uint8Array {
  const json = Buffer.from(JSON.stringify(facts));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json, jpeg]);
}
