import type { LiveUnit } from '../../../src/streaming/live-video/fragmenter.js';

/** A sequence parameter set of the baseline profile for 320x240, and one for 640x240. */
export const SEQUENCE = Buffer.from('6742c01eda0507c4', 'hex');
export const WIDER = Buffer.from('6742c01eda0281f1', 'hex');
const PICTURE = Buffer.from('68ce3c80', 'hex');

/** A unit of Annex B whose slice has this byte as content. */
export function unit(ptsUs: number, isKey: boolean, content = 0x80, sequence = SEQUENCE): LiveUnit {
  const nals = [...(isKey ? [sequence, PICTURE] : []), Buffer.of(isKey ? 0x65 : 0x41, 0x88, content)];
  return { ptsUs, isKey, data: Buffer.concat(nals.map((nal) => Buffer.concat([Buffer.from('00000001', 'hex'), nal]))) };
}

export type Mp4Box = { readonly name: string; readonly content: Buffer };

/** The boxes in these bytes, one after the other. */
export function boxesIn(bytes: Uint8Array): Mp4Box[] {
  const boxes: Mp4Box[] = [];
  const all = Buffer.from(bytes);
  for (let at = 0; at < all.length; at += all.readUInt32BE(at))
    boxes.push({
      name: all.toString('latin1', at + 4, at + 8),
      content: all.subarray(at + 8, at + all.readUInt32BE(at)),
    });
  return boxes;
}

/** A box by its path: `moof/traf/tfdt`. */
export function boxAt(bytes: Uint8Array, path: string): Buffer {
  let content: Buffer = Buffer.from(bytes);
  for (const name of path.split('/')) content = boxesIn(content).find((one) => one.name === name)!.content;
  return content;
}
