/** Containers of video, by what their files begin with. */
const CONTAINERS: readonly (readonly [name: Container, begins: RegExp])[] = [
  ['mp4', /^[^]{4}(?:ftyp|moov|mdat|moof|wide|free|skip|styp)/],
  ['matroska', /^\x1a\x45\xdf\xa3/],
  ['flv', /^FLV\x01/],
  ['avi', /^RIFF[^]{4}AVI /],
  ['mpegts', /^\x47[^]{187}\x47[^]{187}\x47/],
  ['mpegps', /^\0\0\x01\xba/],
  ['asf', /^\x30\x26\xb2\x75/],
  ['ogg', /^OggS/],
];

export type Container = 'mp4' | 'matroska' | 'flv' | 'avi' | 'mpegts' | 'mpegps' | 'asf' | 'ogg';

/** Bytes of a file's start that its container shows in. */
export const CONTAINER_HEAD_BYTES = 400;

/** The container of a video; undefined if it is none of these. @param head the first {@link CONTAINER_HEAD_BYTES} */
export function containerOf(head: Buffer): Container | undefined {
  const text = head.toString('latin1', 0, CONTAINER_HEAD_BYTES);
  return CONTAINERS.find(([, begins]) => begins.test(text))?.[0];
}

/**
 * Whether a container whose server states no length was written to its end: only then can it state its index or its
 * duration at the start. Undefined if more bytes are needed.
 */
export function statesItsEnd(container: Container, head: Buffer): boolean | undefined {
  switch (container) {
    case 'mp4':
      return mp4StatesItsEnd(head);
    case 'matroska':
      return statesDuration(head);
    case 'flv':
      return flvDuration(head) > 0;
    case 'avi':
      return true;
    case 'mpegts':
    case 'mpegps':
    case 'asf':
    case 'ogg':
      return false;
  }
}

/** An index with samples is written last; a live stream has fragments instead (ISO/IEC 14496-12 §8.8). */
function mp4StatesItsEnd(head: Buffer): boolean | undefined {
  for (let at = 0; at + 8 <= head.length;) {
    const size = head.readUInt32BE(at);
    const type = head.toString('latin1', at + 4, at + 8);
    if (type === 'mdat') return true;
    if (type === 'moof') return false;
    // The index of a live stream is small.
    if (type === 'moov') return at + size <= head.length ? !head.subarray(at, at + size).includes('mvex') : undefined;
    if (size < 8) return true;
    at += size;
  }
  return undefined;
}

/** The element Duration of a segment's Info (RFC 9559 §5.1.2), a float of four or eight bytes. */
function statesDuration(head: Buffer): boolean {
  for (const size of [4, 8]) {
    const at = head.indexOf(Buffer.from([0x44, 0x89, 0x80 | size]));
    if (at >= 0 && at + 3 + size <= head.length)
      return (size === 4 ? head.readFloatBE(at + 3) : head.readDoubleBE(at + 3)) > 0;
  }
  return false;
}

/** The property `duration` of onMetaData, in seconds; 0 if it is absent. */
function flvDuration(head: Buffer): number {
  const at = head.indexOf('duration\0');
  return at >= 0 && at + 17 <= head.length ? head.readDoubleBE(at + 9) : 0;
}
