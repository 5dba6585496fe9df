import assert from 'node:assert/strict';
import { type UnitCodec } from '../../../src/core/coded-unit.js';
import { NEEDS_FFMPEG } from '../../helpers/clips.js';
import { clipPictures, codedClip, type CodedClipOptions, decodedPictures } from '../../helpers/coded-clip.js';
import { itNeeds } from '../../helpers/needs.js';
import {
  h264Aggregate,
  h264Payloads,
  h265Aggregate,
  h265Payloads,
  jpegPayloads,
  RtpSender,
} from '../../helpers/rtp-packetizer.js';
import { Reading } from './reading.js';

const STEP = 3600;

/** All parts before the slices in one aggregate, then the slices in fragments; or a JPEG's packets. */
function payloadsOf(codec: UnitCodec, parts: readonly Buffer[], aggregated = true): Uint8Array[] {
  if (codec === 'mjpeg') return parts.flatMap((jpeg) => jpegPayloads(jpeg));
  const split = codec === 'h264' ? h264Payloads : h265Payloads;
  const aggregate = codec === 'h264' ? h264Aggregate : h265Aggregate;
  const head = parts.filter((nal) => !isSlice(codec, nal));
  const slices = parts.filter((nal) => isSlice(codec, nal)).flatMap((nal) => split(nal));
  if (!aggregated || head.length === 0) return [...head.flatMap((nal) => split(nal)), ...slices];
  return [aggregate(head), ...slices];
}

function isSlice(codec: UnitCodec, nal: Buffer): boolean {
  return codec === 'h264' ? [1, 5].includes(nal[0] & 0x1f) : nal[0] >> 1 < 32;
}

/** Swaps pairs of neighbours; the first packet stays, because it begins the numbering. */
function swapped(packets: readonly Buffer[]): Buffer[] {
  const out = [...packets];
  for (let index = 1; index + 1 < out.length; index += 3) [out[index], out[index + 1]] = [out[index + 1], out[index]];
  return out;
}

describe('pictures out of RTP decode to the very pictures that were sent', () => {
  const cases: [name: string, codec: UnitCodec, options: CodedClipOptions][] = [
    ['H.264', 'h264', {}],
    ['H.264 in slices', 'h264', { slices: 4 }],
    ['H.264 with B-pictures', 'h264', { bPictures: 2 }],
    ['H.264 interlaced, its fields coded by macroblocks', 'h264', { interlaced: true, slices: 2 }],
    ['H.265', 'h265', {}],
    ['H.265 in slices', 'h265', { slices: 3, size: '320x256' }],
    ['MJPEG', 'mjpeg', {}],
    ['MJPEG at 1080p', 'mjpeg', { size: '1920x1080', seconds: 0.2 }],
  ];
  for (const [name, codec, options] of cases) {
    itNeeds(NEEDS_FFMPEG, name, function () {
      this.timeout(60_000);
      const clip = codedClip(codec, options);
      const pictures = clipPictures(codec, clip);
      const expected = decodedPictures(codec, clip);
      assert.equal(expected.length, pictures.length);
      for (const overUdp of [false, true]) {
        const sender = new RtpSender({ sequence: 65_530 });
        const reading = new Reading(codec, { overUdp });
        const packets = pictures.flatMap((parts, index) => sender.picture(payloadsOf(codec, parts), index * STEP));
        reading.take(overUdp ? swapped(packets) : packets);
        assert.equal(reading.units.length, pictures.length);
        assert.ok(reading.units.every(({ damaged }) => !damaged));
        assert.deepEqual(
          reading.mediaMs,
          pictures.map((_, index) => index * 40),
        );
        assert.equal(
          reading.units.filter(({ isKey }) => isKey).length,
          codec === 'mjpeg' ? pictures.length : Math.ceil(pictures.length / 10),
        );
        assert.deepEqual(decodedPictures(codec, Buffer.concat(reading.data)), expected);
        assert.deepEqual(reading.notices, []);
      }
    });
  }

  itNeeds(NEEDS_FFMPEG, 'from any key picture on', function () {
    this.timeout(60_000);
    const clip = codedClip('h264');
    const pictures = clipPictures('h264', clip);
    const sets = pictures[0].filter((nal) => [7, 8].includes(nal[0] & 0x1f));
    const reading = new Reading('h264', { parameterSets: sets });
    const sender = new RtpSender();
    for (const [index, nals] of pictures.entries())
      reading.take(
        sender.picture(
          payloadsOf(
            'h264',
            nals.filter((nal) => isSlice('h264', nal)),
          ),
          index * STEP,
        ),
      );
    const from = reading.units.findIndex(({ isKey }, index) => isKey && index > 0);
    assert.equal(from, 10);
    assert.equal(decodedPictures('h264', clip).length, 25);
    assert.deepEqual(
      decodedPictures('h264', Buffer.concat(reading.data.slice(from))),
      decodedPictures('h264', clip).slice(from),
    );
  });

  itNeeds(NEEDS_FFMPEG, 'through a change of size and parameter sets', function () {
    this.timeout(60_000);
    const clips = ['320x240', '480x272'].map((size) => codedClip('h264', { size, seconds: 0.4 }));
    const pictures = clips.flatMap((clip) => clipPictures('h264', clip));
    const reading = new Reading('h264', { parameterSets: pictures[0].slice(0, 2) });
    const sender = new RtpSender();
    pictures.forEach((nals, index) => reading.take(sender.picture(payloadsOf('h264', nals, false), index * STEP)));
    assert.deepEqual(
      decodedPictures('h264', Buffer.concat(reading.data)),
      clips.flatMap((clip) => decodedPictures('h264', clip)),
    );
    assert.equal(decodedPictures('h264', Buffer.concat(reading.data)).length, 20);
  });

  for (const codec of ['h264', 'h265'] as const) {
    itNeeds(
      NEEDS_FFMPEG,
      `of ${codec} from cameras that mark no picture, or send parameter sets ahead with another time`,
      function () {
        this.timeout(60_000);
        const clip = codedClip(codec, { slices: 2 });
        const pictures = clipPictures(codec, clip);
        const expected = decodedPictures(codec, clip);
        const unmarked = new Reading(codec);
        const ahead = new Reading(codec);
        const senders = [new RtpSender(), new RtpSender()];
        pictures.forEach((nals, index) => {
          const timestamp = index * STEP;
          for (const payload of payloadsOf(codec, nals)) unmarked.take([senders[0].packet(payload, timestamp, false)]);
          const head = nals.filter((nal) => !isSlice(codec, nal));
          ahead.take(senders[1].picture(payloadsOf(codec, head), timestamp - 1800));
          ahead.take(
            senders[1].picture(
              payloadsOf(
                codec,
                nals.filter((nal) => isSlice(codec, nal)),
              ),
              timestamp,
            ),
          );
        });
        // Nothing ends the last picture of a camera without markers.
        assert.deepEqual(decodedPictures(codec, Buffer.concat(unmarked.data)), expected.slice(0, -1));
        assert.deepEqual(decodedPictures(codec, Buffer.concat(ahead.data)), expected);
        assert.deepEqual(ahead.notices, []);
      },
    );
  }
});
