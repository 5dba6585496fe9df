import assert from 'node:assert/strict';
import type { CodedUnit } from '../../../../src/core/coded-unit.js';
import { FramePool } from '../../../../src/core/frame-pool.js';
import { captureClock } from '../../../../src/streaming/sources/camera/time/capture-clock.js';
import { streamClock } from '../../../../src/streaming/sources/camera/time/stream-time.js';
import { UnitDecoder, type DecodableUnit } from '../../../../src/streaming/sources/camera/decode/unit-decoder.js';
import { locateFfmpeg, type Ffmpeg } from '../../../../src/streaming/ffmpeg/binary.js';
import { NEEDS_FFMPEG } from '../../../helpers/clips.js';
import { clipPictures, codedClip, shownPlaces, type CodedClipOptions } from '../../../helpers/coded-clip.js';
import { itNeeds } from '../../../helpers/needs.js';
import { h264Payloads, h265Payloads, RtpSender } from '../../../helpers/rtp-packetizer.js';
import { Reading } from '../../rtsp/reading.js';

const INPUT = { width: 96, height: 64 };
const INTERVAL_MS = 40;

type Codec = 'h264' | 'h265';

/**
 * Units of a clip, sent by a camera whose clock is set by this much before the picture at a position in presentation
 * order.
 */
function unitsOf(
  codec: Codec,
  options: CodedClipOptions,
  clockSet: { readonly atPlace: number; readonly byMs: number } = { atPlace: Infinity, byMs: 0 },
): CodedUnit[] {
  const split = codec === 'h264' ? h264Payloads : h265Payloads;
  const places = shownPlaces(codec, options);
  const reading = new Reading(codec);
  const sender = new RtpSender();
  clipPictures(codec, codedClip(codec, options)).forEach((nals, index) => {
    reading.nowMs = 1_000_000 + INTERVAL_MS * index;
    const mediaMs = INTERVAL_MS * places[index] + (places[index] >= clockSet.atPlace ? clockSet.byMs : 0);
    reading.take(
      sender.picture(
        nals.flatMap((nal) => split(nal)),
        90_000 + mediaMs * 90,
      ),
    );
  });
  assert.equal(reading.units.length, places.length);
  return reading.units;
}

function place(units: readonly CodedUnit[]): (CodedUnit & { readonly ptsUs: number })[] {
  const capture = captureClock();
  const stream = streamClock();
  return units.map((unit) => {
    const estimate = capture.arrived(unit.mediaMs, unit.arrivedAtMs, unit.mayGoBack);
    return { ...unit, ptsUs: Math.round(stream.next({ ...unit, estimate }).ptsMs * 1_000) };
  });
}

describe('B-pictures of real encoders', () => {
  let ffmpeg: Ffmpeg;
  before(async () => {
    ffmpeg = await locateFfmpeg(process.env, '');
  });

  /** The pictures in the order in which they come out; corrupt ones are marked. */
  async function decode(
    codec: Codec,
    units: readonly DecodableUnit[],
  ): Promise<{ pictures: { ptsUs: number; corrupt: boolean }[]; missing: number[] }> {
    const pictures: { ptsUs: number; corrupt: boolean }[] = [];
    const missing: number[] = [];
    const decoder = new UnitDecoder<DecodableUnit>({
      ffmpeg,
      codec,
      input: INPUT,
      pool: new FramePool(4, 3 * INPUT.width * INPUT.height),
      onPicture: ({ ptsUs }, { corrupt, slot }) => {
        pictures.push({ ptsUs, corrupt });
        slot?.release();
      },
      onMissing: ({ ptsUs }) => missing.push(ptsUs),
    });
    for (const unit of units) decoder.feed(unit);
    decoder.finish();
    await decoder.closed;
    return { pictures, missing };
  }

  for (const [codec, options] of [
    ['h264', { bPictures: 2 }],
    ['h264', { bPictures: 3, openGroups: true, slices: 2 }],
    ['h265', { bPictures: 2 }],
    ['h265', { bPictures: 3, openGroups: true }],
  ] as const) {
    itNeeds(
      NEEDS_FFMPEG,
      `are recognised, and come out of ${codec} ${JSON.stringify(options)} in the order of their times, none missing`,
      async function () {
        this.timeout(60_000);
        const units = unitsOf(codec, options);
        const goesBack = units.map(({ mediaMs }, i) => units.slice(0, i).some((before) => before.mediaMs > mediaMs));
        assert.ok(goesBack.includes(true));
        units.forEach(({ mayGoBack, isKey }, i) => {
          assert.ok(mayGoBack || !goesBack[i], `unit ${i} goes back unannounced`);
          if (codec === 'h264' || isKey) assert.equal(mayGoBack, goesBack[i], `unit ${i}`);
        });
        const placed = place(units);
        const { pictures, missing } = await decode(codec, placed);
        assert.deepEqual(missing, []);
        assert.deepEqual(
          pictures.map(({ ptsUs }) => ptsUs),
          placed.map(({ ptsUs }) => ptsUs).sort((a, b) => a - b),
        );
        assert.ok(pictures.slice(1).every(({ ptsUs }, i) => ptsUs - pictures[i].ptsUs === 1_000 * INTERVAL_MS));
      },
    );
  }

  for (const codec of ['h264', 'h265'] as const) {
    itNeeds(NEEDS_FFMPEG, `are not found in units that cameras send as ${codec}`, async function () {
      this.timeout(60_000);
      assert.deepEqual(
        unitsOf(codec, {}).filter(({ mayGoBack }) => mayGoBack),
        [],
      );
    });

    itNeeds(
      NEEDS_FFMPEG,
      `stay in order if the clock is set back by 300 ms at a key picture of ${codec}`,
      async function () {
        this.timeout(60_000);
        const placed = place(unitsOf(codec, { bPictures: 2, seconds: 2 }, { atPlace: 20, byMs: -300 }));
        const { pictures, missing } = await decode(codec, placed);
        assert.deepEqual(missing, []);
        assert.deepEqual(
          pictures.map(({ ptsUs }) => ptsUs),
          placed.map(({ ptsUs }) => ptsUs).sort((a, b) => a - b),
        );
        assert.equal(pictures.length, 50);
      },
    );

    itNeeds(
      NEEDS_FFMPEG,
      `leave every picture of ${codec} without them an ascending time of its own if the clock is set back by 300 ms anywhere`,
      async function () {
        this.timeout(60_000);
        for (const atPlace of [3, 7, 14]) {
          const placed = place(unitsOf(codec, {}, { atPlace, byMs: -300 }));
          assert.ok(
            placed.slice(1).every(({ ptsUs }, i) => ptsUs > placed[i].ptsUs),
            placed.map(({ ptsUs }) => ptsUs).join(' '),
          );
        }
      },
    );
  }

  itNeeds(
    NEEDS_FFMPEG,
    'shown before a key picture after a loss are marked, because they depend on lost pictures',
    async function () {
      this.timeout(60_000);
      const placed = place(unitsOf('h264', { bPictures: 2, openGroups: true, seconds: 2 }));
      const key = placed.findIndex(({ isKey }, i) => i > 0 && isKey);
      const lost = placed.findLastIndex(({ mayGoBack }, i) => i < key && !mayGoBack);
      const leading = placed.slice(key + 1).filter(({ ptsUs }) => ptsUs < placed[key].ptsUs);
      assert.ok(leading.length > 0);
      const { pictures } = await decode(
        'h264',
        placed.filter((_, i) => i !== lost).map((unit, i) => ({ ...unit, lostBefore: i === lost })),
      );
      const corrupt = new Set(pictures.filter((picture) => picture.corrupt).map(({ ptsUs }) => ptsUs));
      assert.ok(
        leading.every(({ ptsUs }) => corrupt.has(ptsUs) || !pictures.some((picture) => picture.ptsUs === ptsUs)),
      );
      assert.ok(pictures.filter(({ ptsUs }) => ptsUs >= placed[key].ptsUs).every((picture) => !picture.corrupt));
    },
  );
});
