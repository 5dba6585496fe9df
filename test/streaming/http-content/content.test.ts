import assert from 'node:assert/strict';
import { contentOf, MOST_HEAD_BYTES, type AnswerStart } from '../../../src/streaming/http-content/content.js';

function box(type: string, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

function element(id: number[], value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([...id, 0x80 | value.length]), value]);
}

function float(seconds: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(seconds);
  return bytes;
}

const FTYP = box('ftyp', Buffer.from('isom\0\0\0\0isom'));
const MKV = Buffer.from([0x1a, 0x45, 0xdf, 0xa3]);
const FLV = Buffer.concat([Buffer.from('FLV\x01\x01\0\0\0\x09'), Buffer.from('onMetaDataduration\0')]);
const TS = Buffer.concat(Array.from({ length: 3 }, () => Buffer.concat([Buffer.from([0x47]), Buffer.alloc(187)])));
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);

describe('the content of an answer over HTTP', () => {
  const content = (head: Buffer | string, start: Partial<AnswerStart> = {}) =>
    contentOf({
      type: 'application/octet-stream',
      isBounded: false,
      isWhole: true,
      ...start,
      head: Buffer.from(head as Buffer),
    });

  for (const [title, head, kind] of [
    ['a playlist', '#EXTM3U\n#EXT-X-VERSION:3\n', 'hls'],
    ['a playlist with a byte order mark', '\uFEFF#EXTM3U\r\n', 'hls'],
    ['a manifest of DASH', '<?xml version="1.0"?>\n<!-- made -->\n<MPD type="dynamic">', 'dash'],
    ['a JPEG', JPEG, 'snapshot'],
    ['a PNG', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'picture'],
    ['the pictures of a camera', '--frame\r\nContent-Type: image/jpeg\r\n\r\n', 'multipart'],
    ['the pictures of a camera, headers first', 'Content-Type: image/jpeg\r\nContent-Length: 5\r\n\r\n', 'multipart'],
    ['a web page', '\n<!DOCTYPE html><html>', 'page'],
    ['an MP4 with its index first', Buffer.concat([FTYP, box('moov', box('trak'))]), 'recording'],
    ['an MP4 with its index last', Buffer.concat([FTYP, box('mdat', Buffer.alloc(9))]), 'recording'],
    ['a live MP4', Buffer.concat([FTYP, box('moov', box('mvex')), box('moof')]), 'other'],
    ['a Matroska with a duration', Buffer.concat([MKV, element([0x44, 0x89], float(2000))]), 'recording'],
    ['a live Matroska', Buffer.concat([MKV, Buffer.alloc(40)]), 'other'],
    ['an FLV with a duration', Buffer.concat([FLV, float(2)]), 'recording'],
    ['a live FLV', Buffer.concat([FLV, float(0)]), 'other'],
    ['a transport stream', TS, 'other'],
    ['an AVI', Buffer.from('RIFF\0\0\0\0AVI LIST'), 'recording'],
    ['text', 'hello', 'other'],
    ['nothing', '', 'other'],
  ] as const)
    it(`${title} is ${kind}`, () => assert.equal(content(head as Buffer)?.kind, kind));

  it('takes a video of stated length for a recording', () => {
    assert.equal(content(TS, { isBounded: true })?.kind, 'recording');
    assert.equal(content('hello', { isBounded: true })?.kind, 'other');
  });

  it('recognises the pictures of a camera by the header alone, with the boundary as written', () => {
    const start = { isWhole: false, type: 'multipart/x-mixed-replace; boundary="--a b"' };
    assert.deepEqual(content('', start), { kind: 'multipart', boundary: '--a b' });
    assert.deepEqual(content('', { isWhole: false, type: 'image/jpeg' }), { kind: 'snapshot' });
  });

  it('takes JPEGs without anything between them for a video if the server says so', () => {
    assert.deepEqual(content(JPEG, { type: 'video/x-motion-jpeg' }), { kind: 'mjpeg' });
  });

  it('waits until enough bytes show the content', () => {
    assert.equal(content('#EXT', { isWhole: false }), undefined);
    const index = box('moov', Buffer.alloc(MOST_HEAD_BYTES));
    const begun = Buffer.concat([FTYP, index.subarray(0, 2_000)]);
    assert.equal(content(begun, { isWhole: false }), undefined);
    assert.equal(content(begun)?.kind, 'recording', 'an index that large is not that of a live stream');
  });
});
