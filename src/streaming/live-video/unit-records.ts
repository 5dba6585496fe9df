import type { LiveUnit } from './fragmenter.js';

/** Length of the data, whether it is a key unit, and its time. */
const HEAD_BYTES = 4 + 1 + 8;

/** Units for another process, one after the other. */
export function unitRecords(units: readonly LiveUnit[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(units.reduce((sum, { data }) => sum + HEAD_BYTES + data.length, 0));
  let at = 0;
  for (const { data, isKey, ptsUs } of units) {
    bytes.writeUInt32BE(data.length, at);
    bytes.writeUInt8(Number(isKey), at + 4);
    bytes.writeDoubleBE(ptsUs, at + 5);
    bytes.set(data, at + HEAD_BYTES);
    at += HEAD_BYTES + data.length;
  }
  return bytes;
}

/** The units in the bytes of {@link unitRecords}; their data are views of these. */
export function* unitsIn(bytes: Uint8Array): Generator<LiveUnit> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    const from = at + HEAD_BYTES;
    const to = from + view.getUint32(at);
    yield { isKey: view.getUint8(at + 4) === 1, ptsUs: view.getFloat64(at + 5), data: bytes.subarray(from, to) };
    at = to;
  }
}
