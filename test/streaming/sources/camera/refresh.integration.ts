import assert from 'node:assert/strict';
import type { CodedUnit } from '../../../../src/core/coded-unit.js';
import { FramePool } from '../../../../src/core/frame-pool.js';
import { UnitDecoder, type DecodableUnit } from '../../../../src/streaming/sources/camera/decode/unit-decoder.js';
import { locateFfmpeg } from '../../../../src/streaming/ffmpeg/binary.js';
import { NEEDS_FFMPEG } from '../../../helpers/clips.js';
import { clipPictures, codedClip } from '../../../helpers/coded-clip.js';
import { itNeeds } from '../../../helpers/needs.js';
import { h264Payloads, RtpSender } from '../../../helpers/rtp-packetizer.js';
import { Reading } from '../../rtsp/reading.js';

const INPUT = { width: 320, height: 240 };
const LOST = 14;

describe('a stream with gradual refresh', () => {
  function read(lost: number): CodedUnit[] {
    const reading = new Reading('h264');
    const sender = new RtpSender();
    clipPictures('h264', codedClip('h264', { seconds: 3, keyEvery: 20, more: 'intra-refresh=1' })).forEach(
      (nals, index) => {
        const packets = sender.picture(
          nals.flatMap((nal) => h264Payloads(nal)),
          3600 * index,
        );
        if (index !== lost) reading.take(packets);
      },
    );
    return reading.units;
  }

  /** @param shed skipped units */
  async function decode(
    units: readonly CodedUnit[],
    shed = (_: number): boolean => false,
  ): Promise<Map<number, { bytes: Buffer; corrupt: boolean }>> {
    const pictures = new Map<number, { bytes: Buffer; corrupt: boolean }>();
    const decoder = new UnitDecoder<DecodableUnit>({
      ffmpeg: await locateFfmpeg(process.env, ''),
      codec: 'h264',
      input: INPUT,
      pool: new FramePool(4, 3 * INPUT.width * INPUT.height),
      onPicture: ({ ptsUs }, { corrupt, slot }) => {
        pictures.set(ptsUs, { bytes: Buffer.from(slot!.bytes), corrupt });
        slot!.release();
      },
      onMissing: () => undefined,
    });
    for (const [index, unit] of units.entries()) {
      const timed = { ...unit, ptsUs: Math.round(unit.mediaMs * 1_000) };
      if (shed(index)) decoder.shed(timed);
      else decoder.feed(timed);
    }
    decoder.finish();
    await decoder.closed;
    return pictures;
  }

  itNeeds(NEEDS_FFMPEG, 'is damaged by a loss until a whole refresh has passed, and no longer', async function () {
    this.timeout(60_000);
    await check(await decode(read(LOST)));
  });

  itNeeds(NEEDS_FFMPEG, 'is damaged by skipped pictures until a whole refresh has passed', async function () {
    this.timeout(60_000);
    await check(await decode(read(-1), (index) => index >= LOST && index < 20));
  });

  itNeeds(NEEDS_FFMPEG, 'is damaged after it was joined midway until a whole refresh has passed', async function () {
    this.timeout(60_000);
    await check(await decode(read(-1).slice(20)));
  });

  async function check(holed: Map<number, { bytes: Buffer; corrupt: boolean }>): Promise<void> {
    const whole = await decode(read(-1));
    const differs = [...holed].flatMap(([ptsUs, { bytes }]) =>
      bytes.equals(whole.get(ptsUs)!.bytes) ? [] : [ptsUs / 40_000],
    );
    const missing = [...whole.keys()]
      .map((ptsUs) => ptsUs / 40_000)
      .filter((picture) => picture > 20 && !holed.has(picture * 40_000));
    const marked = [...holed].flatMap(([ptsUs, { corrupt }]) => (corrupt ? [ptsUs / 40_000] : []));
    // The refresh that begins at 20 takes more than one picture. A decoder that has seen nothing before may keep them
    // to itself.
    assert.ok(differs.includes(21) || missing.includes(21));
    assert.deepEqual(
      differs.filter((picture) => !marked.includes(picture)),
      [],
    );
    assert.ok(holed.size > 30 && Math.max(0, ...marked) < 60, marked.join(' '));
  }
});
