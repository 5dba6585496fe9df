import assert from 'node:assert/strict';
import fc from 'fast-check';
import { NutReader, type NutFrame } from '../../../src/streaming/ffmpeg/nut-reader.js';
import { writeNut, type NutLayout, type NutPicture } from '../../helpers/nut-writer.js';

type Read = { readonly ptsUs: number; readonly bytes: number[] | undefined };

function readAll(chunks: Iterable<Uint8Array>, planeOrder?: readonly number[]): Read[] {
  const read: Read[] = [];
  const reader = new NutReader({
    getTarget: (byteLength) => new Uint8Array(byteLength),
    onFrame: ({ index, ptsUs, target }) => {
      assert.equal(index, read.length);
      read.push({ ptsUs, bytes: target && [...target] });
    },
    ...(planeOrder && { planeOrder }),
  });
  for (const chunk of chunks) reader.push(chunk);
  assert.ok(reader.atBoundary);
  return read;
}

/** `bytes` in pieces whose lengths repeat `lengths`. */
function* cut(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; at += lengths[i++ % lengths.length])
    yield bytes.subarray(at, at + lengths[i % lengths.length]);
}

function picture(pts: number, length: number, first = 0): NutPicture {
  return { pts, bytes: Uint8Array.from({ length }, (_, i) => (first + i) % 256) };
}

describe('NutReader', () => {
  it('emits pictures with their presentation times in microseconds', () => {
    const read = readAll([writeNut([picture(0, 12), picture(40_000, 12, 5), picture(40_001, 12, 9)])]);
    assert.deepEqual(
      read.map(({ ptsUs }) => ptsUs),
      [0, 40_000, 40_001],
    );
    assert.deepEqual(read[1].bytes, [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
  });

  it('emits the same pictures for any division of the bytes', () => {
    const pictures = fc.array(
      fc.record({ pts: fc.integer({ min: 0, max: 5e15 }), length: fc.integer({ min: 1, max: 200 }) }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(
        pictures,
        fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 30 }),
        (list, lengths, msbShift) => {
          const written = list.map(({ pts, length }, i) => picture(pts, length, i * 31));
          const read = readAll(cut(writeNut(written, { msbShift }), lengths));
          assert.deepEqual(
            read,
            written.map(({ pts, bytes }) => ({ ptsUs: pts, bytes: [...bytes] })),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('reorders planes during the copy', () => {
    const read = readAll(cut(writeNut([picture(0, 12, 1)]), [5]), [1, 0, 2]);
    assert.deepEqual(read[0].bytes, [5, 6, 7, 8, 1, 2, 3, 4, 9, 10, 11, 12]);
  });

  it('converts other time bases exactly', () => {
    const read = readAll([writeNut([picture(1, 12), picture(3003, 12)], { timeBase: [1, 90_000] })]);
    assert.deepEqual(
      read.map(({ ptsUs }) => ptsUs),
      [11, 33_366],
    );
  });

  it('restores the bytes that the muxer omitted', () => {
    const read = readAll([writeNut([picture(0, 9, 40)], { elided: Uint8Array.of(40, 41, 42) })]);
    assert.deepEqual(read[0].bytes, [40, 41, 42, 43, 44, 45, 46, 47, 48]);
  });

  it('discards a picture without a target and continues with the next', () => {
    const frames: NutFrame[] = [];
    const reader = new NutReader({
      getTarget: (n) => (frames.length === 1 ? undefined : new Uint8Array(n)),
      onFrame: (frame) => frames.push(frame),
    });
    reader.push(writeNut([picture(0, 12), picture(1, 12), picture(2, 12)]));
    assert.deepEqual(
      frames.map(({ target, ptsUs }) => [ptsUs, target?.length]),
      [
        [0, 12],
        [1, undefined],
        [2, 12],
      ],
    );
  });

  it('waits for a target and loses nothing meanwhile', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }),
        fc.infiniteStream(fc.boolean()),
        (lengths, answers) => {
          const written = [3, 200, 12, 64, 1].map((length, i) => picture(i * 1000, length, i));
          const read: Read[] = [];
          const reader = new NutReader({
            getTarget: (byteLength) => (answers.next().value ? new Uint8Array(byteLength) : 'wait'),
            onFrame: ({ ptsUs, target }) => read.push({ ptsUs, bytes: [...target!] }),
          });
          for (const chunk of cut(writeNut(written), lengths)) {
            // One chunk more may come off a pipe that was just paused.
            if (!reader.push(chunk) && answers.next().value) while (!reader.resume());
          }
          while (!reader.resume());
          assert.deepEqual(
            read,
            written.map(({ pts, bytes }) => ({ ptsUs: pts, bytes: [...bytes] })),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('reports the size of the pictures and whether one is truncated', () => {
    const bytes = writeNut([picture(0, 12)], { width: 416, height: 640 });
    const reader = new NutReader({ getTarget: (n) => new Uint8Array(n), onFrame: () => undefined });
    assert.equal(reader.pictureSize, undefined);
    reader.push(bytes.subarray(0, bytes.length - 1));
    assert.deepEqual(reader.pictureSize, { width: 416, height: 640 });
    assert.equal(reader.atBoundary, false);
    reader.push(bytes.subarray(bytes.length - 1));
    assert.equal(reader.atBoundary, true);
  });

  const malformed: [string, Uint8Array, RegExp, (readonly number[])?][] = [
    ['is not NUT', Uint8Array.from(Buffer.from('RIFF....AVI LIST and so on')), /does not begin as NUT/],
    ['holds two streams', writeNut([], { streamCount: 2 }), /holds 2 streams/],
    ['is not video', writeNut([], { streamClass: 1 } satisfies NutLayout), /class 1, which is not video/],
    ['has a time base of zero', writeNut([], { timeBase: [0, 1] }), /time base is zero/],
    ['uses a frame code that stands for nothing', Uint8Array.of(...writeNut([]), 0x40), /invalid code 64/],
    ['has a frame before its headers', Uint8Array.of(...writeNut([]).subarray(0, 25), 0x01), /before the main header/],
    [
      'has a header that is too short',
      Uint8Array.of(...writeNut([]), 0x4e, 0x4d, 0, 0, 0, 0, 0, 0, 6, 3, 1, 1, 1, 1, 1),
      /shorter than what it must hold/,
    ],
    [
      'has a number that is too large',
      Uint8Array.of(...writeNut([]), 0, ...Array.from({ length: 9 }, () => 255), 1),
      /larger than 2\^53/,
    ],
    [
      'has pictures that do not divide into planes',
      writeNut([picture(0, 13)]),
      /13 bytes does not divide into 3 planes/,
      [1, 0, 2],
    ],
  ];
  for (const [what, bytes, message, planeOrder] of malformed) {
    it(`refuses a stream that ${what}`, () => {
      assert.throws(() => readAll([bytes], planeOrder), { code: 'NOWCAST_NUT', message });
    });
  }
});
