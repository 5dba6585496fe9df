import assert from 'node:assert/strict';
import fc from 'fast-check';
import { InternalError } from '../../../src/core/errors.js';
import { nutFileHeader, nutFrameHeader } from '../../../src/streaming/ffmpeg/nut-writer.js';
import { NutReader } from '../../../src/streaming/ffmpeg/nut-reader.js';

describe('NUT writer', () => {
  it('writes what the reader reads: size, times and pictures', () => {
    fc.assert(
      fc.property(
        fc.record({ width: fc.integer({ min: 1, max: 20_000 }), height: fc.integer({ min: 1, max: 20_000 }) }),
        fc.array(
          fc.record({
            ptsUs: fc.integer({ min: 0, max: 2 ** 50 }),
            bytes: fc.uint8Array({ minLength: 1, maxLength: 6000 }),
          }),
        ),
        (size, pictures) => {
          pictures.sort((a, b) => a.ptsUs - b.ptsUs);
          const read: { ptsUs: number; bytes: number[] }[] = [];
          const reader = new NutReader({
            getTarget: (byteLength) => new Uint8Array(byteLength),
            onFrame: ({ ptsUs, target }) => read.push({ ptsUs, bytes: [...target!] }),
          });
          reader.push(nutFileHeader(size));
          for (const { ptsUs, bytes } of pictures)
            reader.push(Buffer.concat([nutFrameHeader(ptsUs, bytes.length), bytes]));
          assert.deepEqual(reader.pictureSize, { ...size });
          assert.deepEqual(
            read,
            pictures.map(({ ptsUs, bytes }) => ({ ptsUs, bytes: [...bytes] })),
          );
          assert.ok(reader.atBoundary);
        },
      ),
    );
  });

  it('refuses times that the format cannot hold', () => {
    for (const ptsUs of [-1, 0.5, NaN]) assert.throws(() => nutFrameHeader(ptsUs, 1), InternalError, String(ptsUs));
  });
});
