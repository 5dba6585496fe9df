import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { UnitCodec } from '../../../../../src/core/coded-unit.js';
import { codedShape, isShownAs, sizeOf } from '../../../../../src/streaming/sources/camera/decode/coded-shape.js';
import { INTERLACED } from '../../../../helpers/bit-writer.js';
import { clipFolder, NEEDS_FFMPEG, pattern } from '../../../../helpers/clips.js';
import { itNeeds } from '../../../../helpers/needs.js';

const START = Buffer.from([0, 0, 0, 1]);
const SLICE = Buffer.from([0x65, 0x88, 0x80, 0x40]);

describe('coded shape', () => {
  const clips = clipFolder();

  for (const [name, codec, size, encoder] of [
    ['H.264', 'h264', '640x360', ['-c:v', 'libx264', '-f', 'h264']],
    ['H.264, cropped', 'h264', '322x182', ['-c:v', 'libx264', '-f', 'h264']],
    ['interlaced H.264, cropped', 'h264', '320x180', ['-c:v', 'libx264', '-flags', '+ildct+ilme', '-f', 'h264']],
    ['H.264 of full colour, cropped', 'h264', '321x181', ['-c:v', 'libx264', '-pix_fmt', 'yuv444p', '-f', 'h264']],
    ['H.264 in grey', 'h264', '322x182', ['-c:v', 'libx264', '-pix_fmt', 'gray', '-f', 'h264']],
    ['H.264 of 4:2:2', 'h264', '322x182', ['-c:v', 'libx264', '-pix_fmt', 'yuv422p', '-f', 'h264']],
    ['H.265', 'h265', '640x360', ['-c:v', 'libx265', '-x265-params', 'log-level=error', '-f', 'hevc']],
    ['H.265, cropped', 'h265', '322x182', ['-c:v', 'libx265', '-x265-params', 'log-level=error', '-f', 'hevc']],
    [
      'H.265 of full colour, cropped',
      'h265',
      '321x181',
      ['-c:v', 'libx265', '-pix_fmt', 'yuv444p', '-x265-params', 'log-level=error', '-f', 'hevc'],
    ],
    ['a JPEG', 'mjpeg', '321x181', ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-f', 'mjpeg']],
  ] as const) {
    itNeeds(NEEDS_FFMPEG, `of ${name} equals the decoder's`, function () {
      this.timeout(30_000);
      const stream = readFileSync(
        clips.make(
          ...pattern('320x240', 5, 0.2),
          '-vf',
          `scale=${size.replace('x', ':')},setsar=1`,
          ...encoder,
          `${name.replaceAll(/\W/g, '-')}.bin`,
        ),
      );
      const [width, height] = size.split('x').map(Number);
      assert.deepEqual(codedShape(codec, stream), { width, height, sampleAspect: 1 });
    });
  }

  for (const [name, codec, encoder] of [
    ['H.264', 'h264', ['-c:v', 'libx264', '-f', 'h264']],
    ['H.265', 'h265', ['-c:v', 'libx265', '-x265-params', 'log-level=error', '-f', 'hevc']],
    [
      'H.265 with scaling lists and long references',
      'h265',
      ['-c:v', 'libx265', '-bf', '4', '-x265-params', 'log-level=error:scaling-list=default:ref=5', '-f', 'hevc'],
    ],
    ['a JPEG', 'mjpeg', ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-f', 'mjpeg']],
  ] as const)
    for (const [width, height] of [
      [2, 1],
      [64, 45],
      [12, 11],
      [3, 7],
    ])
      itNeeds(NEEDS_FFMPEG, `of ${name} has pixels of ${width}:${height}`, function () {
        this.timeout(30_000);
        const filter = ['-vf', `scale=160:96,setsar=${width}/${height}`];
        const file = `${name.replaceAll(/\W/g, '-')}-${width}-${height}.bin`;
        const stream = readFileSync(clips.make(...pattern('320x240', 25, 0.4), ...filter, ...encoder, file));
        assert.deepEqual(codedShape(codec, stream), { width: 160, height: 96, sampleAspect: width / height });
      });

  it('is undefined if parameter sets contradict each other, are missing or broken', () => {
    const unit = (...nals: Uint8Array[]): Buffer => Buffer.concat(nals.flatMap((nal) => [START, nal]));
    const other = Buffer.from(INTERLACED.sps);
    assert.deepEqual(codedShape('h264', unit(INTERLACED.sps, other, INTERLACED.pps, SLICE)), {
      width: 320,
      height: 480,
      sampleAspect: 1,
    });
    assert.equal(codedShape('h264', unit(INTERLACED.pps, SLICE)), undefined);
    assert.equal(codedShape('h264', unit(INTERLACED.sps.subarray(0, 5), SLICE)), undefined);
    assert.equal(
      codedShape(
        'h264',
        unit(
          INTERLACED.sps,
          Buffer.concat([Buffer.from([0x67, 66, 0, 30]), Buffer.from([0xf8, 0x50, 0x10, 0x80])]),
          SLICE,
        ),
      ),
      undefined,
    );
    assert.equal(codedShape('mjpeg', Uint8Array.of(0xff, 0xd8, 0xff, 0xda, 0, 8, 0, 0, 0, 0, 0, 0)), undefined);
  });

  it('of any bytes is a size or unknown', () => {
    const bytes = fc.uint8Array({ maxLength: 120 });
    fc.assert(
      fc.property(fc.constantFrom<UnitCodec>('h264', 'h265', 'mjpeg'), bytes, fc.boolean(), (codec, data, isHeaded) => {
        const head = codec === 'mjpeg' ? [0xff, 0xd8, 0xff] : codec === 'h264' ? [0, 0, 1, 0x67] : [0, 0, 1, 0x42, 1];
        const size = codedShape(codec, isHeaded ? Uint8Array.of(...head, ...data, 0, 0, 1, 0x65) : data);
        assert.ok(size === undefined || (Number.isInteger(size.width) && Number.isInteger(size.height)));
      }),
      { numRuns: 3_000 },
    );
  });

  it('can be shown unchanged or rotated', () => {
    const coded = { width: 640, height: 360, sampleAspect: 1 };
    assert.ok(isShownAs(coded, coded));
    assert.ok(isShownAs(coded, { width: 360, height: 640 }));
    assert.ok(!isShownAs(coded, { width: 320, height: 180 }));
    assert.ok(isShownAs(coded, { width: 480, height: 360 }, { aspect: { width: 4, height: 3 } }));
  });

  it('decides the size of a picture, if the newest announced one is of another picture', () => {
    const coded = { width: 640, height: 360, sampleAspect: 1 };
    const older = { width: 320, height: 180 };
    const crop = { width: 100, height: 50, x: 0, y: 0 };
    const part = { width: 100, height: 50 };
    assert.deepEqual(sizeOf({ size: older }, undefined), { size: older, whole: undefined });
    assert.deepEqual(sizeOf({ size: older }, coded), { size: { width: 640, height: 360 } });
    assert.deepEqual(sizeOf({ size: older }, coded, { rotate: 90 }), { size: { width: 360, height: 640 } });
    assert.deepEqual(sizeOf({ size: part, whole: older }, coded, { crop }), {
      size: part,
      whole: { width: 640, height: 360 },
    });
  });
});
