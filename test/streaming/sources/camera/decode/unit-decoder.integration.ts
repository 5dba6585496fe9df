import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { UnitCodec } from '../../../../../src/core/coded-unit.js';
import { FramePool } from '../../../../../src/core/frame-pool.js';
import type { ArrivedPicture } from '../../../../../src/streaming/sources/camera/connection/connection.js';
import { UnitDecoder, type DecodableUnit } from '../../../../../src/streaming/sources/camera/decode/unit-decoder.js';
import { locateFfmpeg, type Ffmpeg } from '../../../../../src/streaming/ffmpeg/binary.js';
import type { Fate } from '../../../../../src/streaming/sources/camera/decode/presentation-queue.js';
import { clipFolder, NEEDS_FFMPEG, pattern } from '../../../../helpers/clips.js';
import { itNeeds } from '../../../../helpers/needs.js';
import { children, HAS_PROC, until } from '../../../../helpers/processes.js';
import { annexBPictures, splitJpegs } from '../../../../helpers/rtp-packetizer.js';

const INPUT = { width: 96, height: 64 };
const START_CODE = Buffer.from([0, 0, 0, 1]);
const X264 = [
  '-c:v',
  'libx264',
  '-preset',
  'ultrafast',
  '-x264-params',
  'repeat-headers=1:aud=0:scenecut=0',
  '-threads',
  '1',
];

describe('unit decoder', function () {
  this.timeout(120_000);
  const clips = clipFolder();
  let ffmpeg: Ffmpeg;
  before(async () => {
    ffmpeg = await locateFfmpeg(process.env, '');
  });
  const open: { stop(): void }[] = [];
  afterEach(async () => {
    for (const decoder of open.splice(0)) decoder.stop();
    if (HAS_PROC) await until(() => children().length === 0);
  });

  /** Units of a clip of 10 pictures a second, of which every fifth is a key picture. */
  function unitsOf(codec: UnitCodec, size = '320x240', seconds = 2, more: string[] = []): DecodableUnit[] {
    const name = `${codec}-${size}-${more.length}.${{ h264: 'h264', h265: 'hevc', mjpeg: 'mjpeg' }[codec]}`;
    const encoder = {
      h264: [...X264, '-tune', 'zerolatency', '-g', '5', '-f', 'h264'],
      h265: [
        '-c:v',
        'libx265',
        '-preset',
        'ultrafast',
        '-tune',
        'zerolatency',
        '-x265-params',
        'log-level=error:repeat-headers=1:keyint=5:scenecut=0',
        '-f',
        'hevc',
      ],
      mjpeg: ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-f', 'mjpeg'],
    }[codec];
    const stream = readFileSync(clips.make(...pattern(size, 10, seconds), ...encoder, ...more, name));
    const pictures =
      codec === 'mjpeg'
        ? splitJpegs(stream)
        : annexBPictures(codec, stream).map((nals) => Buffer.concat(nals.flatMap((nal) => [START_CODE, nal])));
    return pictures.map((data, i) => ({
      data,
      ptsUs: 7_000_000 + 100_000 * i,
      isKey: codec === 'mjpeg' || i % 5 === 0,
      damaged: false,
      lostBefore: false,
    }));
  }

  function decode(codec: UnitCodec, slots = 4) {
    const pictures: { ptsUs: number; picture: ArrivedPicture }[] = [];
    const missing: [number, Fate][] = [];
    const order: string[] = [];
    let changed = (): void => undefined;
    const decoder = new UnitDecoder<DecodableUnit>({
      ffmpeg,
      codec,
      input: INPUT,
      pool: new FramePool(slots, 3 * INPUT.width * INPUT.height),
      onPicture: ({ ptsUs }, picture) => {
        pictures.push({ ptsUs, picture });
        order.push(`picture ${ptsUs}`);
        picture.slot?.release();
        changed();
      },
      onMissing: ({ ptsUs }, fate) => {
        missing.push([ptsUs, fate]);
        order.push(`${fate} ${ptsUs}`);
      },
    });
    open.push(decoder);
    const pictureCount = async (count: number): Promise<void> => {
      while (pictures.length < count)
        await new Promise<void>((resolve) => {
          changed = resolve;
        });
    };
    return { decoder, pictures, missing, order, pictureCount };
  }

  for (const codec of ['h264', 'h265', 'mjpeg'] as const) {
    itNeeds(NEEDS_FFMPEG, `returns each picture of ${codec} before it gets the next unit`, async () => {
      const units = unitsOf(codec);
      const { decoder, pictures, missing, pictureCount } = decode(codec);
      for (const [i, unit] of units.entries()) {
        decoder.feed(unit);
        // A decoder that waits for the next unit would never answer.
        await pictureCount(i + 1);
      }
      assert.deepEqual(
        pictures.map(({ ptsUs }) => ptsUs),
        units.map(({ ptsUs }) => ptsUs),
      );
      assert.deepEqual(missing, []);
      assert.ok(
        pictures.every(({ picture }) => !picture.corrupt && picture.size.width === 320 && picture.size.height === 240),
      );
      assert.equal(decoder.oldestOwed, undefined);
    });
  }

  itNeeds(NEEDS_FFMPEG, 'returns reordered pictures in presentation order', async () => {
    const stream = readFileSync(
      clips.make(...pattern('320x240', 10, 2), ...X264, '-bf', '2', '-g', '10', '-f', 'h264', 'b.h264'),
    );
    const data = annexBPictures('h264', stream).map((nals) => Buffer.concat(nals.flatMap((nal) => [START_CODE, nal])));
    // x264 without adaptive placement: I, then each P before the two B that are shown before it.
    const ranks = [
      0,
      ...Array.from({ length: data.length }, (_, i) => i).flatMap((i) => [3 * i + 3, 3 * i + 1, 3 * i + 2]),
    ];
    const kinds = data.map((bytes) => bytes[bytes.indexOf(Buffer.from([0, 0, 1])) + 3] & 31);
    assert.ok(kinds.includes(1));
    const { decoder, pictures } = decode('h264');
    data.slice(0, 10).forEach((bytes, i) =>
      decoder.feed({
        data: bytes,
        ptsUs: 100_000 * (ranks[i] + 1),
        isKey: i === 0,
        damaged: false,
        lostBefore: false,
      }),
    );
    decoder.finish();
    await decoder.closed;
    const times = pictures.map(({ ptsUs }) => ptsUs);
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
    );
    assert.equal(times.length, 10);
  });

  itNeeds(NEEDS_FFMPEG, 'marks pictures that depend on a damaged unit, up to the next key unit', async () => {
    const units = unitsOf('h264').map((unit, i) => ({ ...unit, damaged: i === 7 }));
    const { decoder, pictures } = decode('h264');
    for (const unit of units) decoder.feed(unit);
    decoder.finish();
    await decoder.closed;
    assert.deepEqual(
      pictures.flatMap(({ picture }, i) => (picture.corrupt ? [i] : [])),
      [7, 8, 9],
    );
  });

  itNeeds(
    NEEDS_FFMPEG,
    'marks pictures after a loss, up to the next key unit, but not a key unit right after the loss',
    async () => {
      const units = unitsOf('h264').map((unit, i) => ({ ...unit, lostBefore: i === 7 || i === 15, damaged: i === 10 }));
      const { decoder, pictures } = decode('h264');
      for (const unit of units) decoder.feed(unit);
      decoder.finish();
      await decoder.closed;
      assert.deepEqual(
        pictures.flatMap(({ picture }, i) => (picture.corrupt ? [i] : [])),
        [7, 8, 9, 10, 11, 12, 13, 14],
      );
    },
  );

  itNeeds(
    NEEDS_FFMPEG,
    'marks a picture in which the decoder found damage, and those that depend on it, although its unit was complete',
    async () => {
      const units = unitsOf('h264');
      const emptied = Buffer.from(units[7].data);
      emptied.fill(0, emptied.length >> 1);
      for (const waits of [true, false]) {
        const { decoder, pictures, missing, pictureCount } = decode('h264');
        for (const [i, unit] of units.entries()) {
          decoder.feed(i === 7 ? { ...unit, data: emptied } : unit);
          if (waits) await pictureCount(i + 1);
        }
        decoder.finish();
        await decoder.closed;
        assert.deepEqual(missing, []);
        const corrupt = pictures.flatMap(({ picture }, i) => (picture.corrupt ? [i] : []));
        // With many units in it, the decoder does not state which one it means.
        if (waits) assert.deepEqual(corrupt, [7, 8, 9]);
        else
          assert.ok(
            [7, 8, 9].every((i) => corrupt.includes(i)),
            corrupt.join(),
          );
      }
    },
  );

  itNeeds(NEEDS_FFMPEG, 'reports skipped units among the pictures, in order', async () => {
    const units = unitsOf('h264');
    const { decoder, order } = decode('h264');
    for (const [i, unit] of units.slice(0, 12).entries()) {
      if (i >= 3 && i < 10) decoder.shed(unit);
      else decoder.feed(unit);
    }
    decoder.finish();
    await decoder.closed;
    const told = units.slice(0, 12).map(({ ptsUs }, i) => `${i >= 3 && i < 10 ? 'shed' : 'picture'} ${ptsUs}`);
    assert.deepEqual(order, told);
  });

  itNeeds(NEEDS_FFMPEG, 'reports which units could not be decoded', async () => {
    const units = unitsOf('h264');
    const broken = { ...units[5], data: Buffer.concat([START_CODE, Buffer.from([0x65, 0xff, 0xff])]) };
    const { decoder, pictures, missing } = decode('h264');
    for (const unit of [...units.slice(0, 5), broken, ...units.slice(10, 15)]) decoder.feed(unit);
    decoder.finish();
    await decoder.closed;
    assert.equal(pictures.length, 10);
    assert.deepEqual(missing, [[broken.ptsUs, 'undecodable']]);
  });

  itNeeds(NEEDS_FFMPEG, 'follows the picture when its size changes', async () => {
    const small = unitsOf('h264', '160x120', 1);
    const large = unitsOf('h264', '320x240', 1).map((unit) => ({ ...unit, ptsUs: unit.ptsUs + 5_000_000 }));
    const { decoder, pictures } = decode('h264');
    for (const unit of [...small, ...large]) decoder.feed(unit);
    decoder.finish();
    await decoder.closed;
    assert.deepEqual(
      pictures.map(({ picture }) => picture.size.width),
      [...small.map(() => 160), ...large.map(() => 320)],
    );
  });

  itNeeds(NEEDS_FFMPEG, 'continues without a free slot', async () => {
    const units = unitsOf('h264');
    const { decoder, pictures } = decode('h264', 0);
    for (const unit of units) decoder.feed(unit);
    decoder.finish();
    await decoder.closed;
    assert.ok(pictures.length === units.length && pictures.every(({ picture }) => picture.slot === undefined));
  });

  itNeeds(NEEDS_FFMPEG, 'reports nothing after a stop', async () => {
    const units = unitsOf('h264');
    const { decoder, order } = decode('h264');
    for (const unit of units) decoder.feed(unit);
    decoder.stop();
    const before = order.length;
    await decoder.closed;
    assert.equal(order.length, before);
  });
});
