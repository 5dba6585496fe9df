import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import type { CodedUnit, UnitCodec } from '../../../src/core/coded-unit.js';
import { locateFfmpeg, type Ffmpeg } from '../../../src/streaming/ffmpeg/binary.js';
import { KeptUnits } from '../../../src/streaming/originals/kept-units.js';
import { unitPictures } from '../../../src/streaming/originals/unit-pictures.js';
import { NEEDS_FFMPEG } from '../../helpers/clips.js';
import { clipPictures, codedClip, shownPlaces, type CodedClipOptions } from '../../helpers/coded-clip.js';
import { itNeeds } from '../../helpers/needs.js';
import { children, HAS_PROC } from '../../helpers/processes.js';
import { h264Payloads, h265Payloads, RtpSender } from '../../helpers/rtp-packetizer.js';
import { Reading } from '../rtsp/reading.js';

const WIDTH = 192;
const HEIGHT = 128;
const INTERVAL_MS = 40;
const NEVER = new AbortController().signal;
const FORMATS = { h264: 'h264', h265: 'hevc', mjpeg: 'mjpeg' } as const;

/** Units of a clip as an RTSP camera sends them; JPEGs as an HTTP camera does. */
function unitsOf(codec: UnitCodec, options: CodedClipOptions, clip: Buffer): CodedUnit[] {
  const places = shownPlaces(codec, options);
  const pictures = clipPictures(codec, clip);
  if (codec === 'mjpeg') {
    return pictures.map(([data], i) => ({
      codec,
      data,
      mediaMs: INTERVAL_MS * i,
      arrivedAtMs: INTERVAL_MS * i,
      isKey: true,
      damaged: false,
      lostBefore: false,
      mayGoBack: false,
    }));
  }
  const split = codec === 'h264' ? h264Payloads : h265Payloads;
  const reading = new Reading(codec);
  const sender = new RtpSender();
  pictures.forEach((nals, i) => {
    reading.nowMs = INTERVAL_MS * i;
    reading.take(
      sender.picture(
        nals.flatMap((nal) => split(nal)),
        90 * INTERVAL_MS * places[i],
      ),
    );
  });
  return reading.units;
}

/** The pixels of each picture of a clip in the order in which they are shown, in one go. */
function allPictures(codec: UnitCodec, clip: Buffer): Buffer[] {
  const scale = 'scale=flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp,format=rgb24';
  const pixels = execFileSync(
    'ffmpeg',
    ['-nostdin', '-v', 'error', '-f', FORMATS[codec], '-i', 'pipe:0', '-fps_mode', 'passthrough', '-vf', scale].concat(
      '-f',
      'rawvideo',
      'pipe:1',
    ),
    { input: clip, maxBuffer: 2 ** 28 },
  );
  const size = 3 * WIDTH * HEIGHT;
  return Array.from({ length: pixels.length / size }, (_, i) => pixels.subarray(i * size, (i + 1) * size));
}

describe('the pictures of kept units', function () {
  this.timeout(60_000);
  let ffmpeg: Ffmpeg;
  before(async () => {
    ffmpeg = await locateFfmpeg(process.env, '');
  });

  for (const [codec, options] of [
    ['h264', {}],
    ['h264', { bPictures: 3, slices: 2 }],
    ['h264', { bPictures: 3, openGroups: true }],
    ['h264', { more: 'intra-refresh=1' }],
    ['h265', { bPictures: 3, openGroups: true }],
    ['mjpeg', {}],
  ] as const) {
    itNeeds(NEEDS_FFMPEG, `are exactly those that were sent, of ${codec} ${JSON.stringify(options)}`, async () => {
      const sent = { ...options, size: `${WIDTH}x${HEIGHT}`, seconds: 1.2 };
      const clip = codedClip(codec, sent);
      const wanted = allPictures(codec, clip);
      assert.ok(wanted.length >= 28);
      assert.equal(new Set(wanted.map((pixels) => pixels.toString('latin1'))).size, wanted.length);
      const kept = new KeptUnits({ keepMs: 1e6, maxBytes: 1e9 });
      const units = unitsOf(codec, sent, clip);
      const firstMs = Math.min(...units.map(({ mediaMs }) => mediaMs));
      for (const unit of units) kept.add({ ...unit, ptsUs: Math.round(1_000 * (unit.mediaMs - firstMs)) });
      const finder = unitPictures({ kept, ffmpeg });
      const places = codec === 'mjpeg' ? [0, 7] : [0, 1, 2, 8, 9, 10, 11, 12, 13, 19, 20, wanted.length - 1];
      for (const place of places) {
        const found = finder.find({ streamId: 'cam', seq: 0, ptsMs: INTERVAL_MS * place });
        assert.ok('decode' in found, `picture ${place}: ${JSON.stringify(found)}`);
        const picture = await found.decode(NEVER);
        assert.ok('pixels' in picture, `picture ${place}: ${JSON.stringify(picture)}`);
        assert.deepEqual([picture.width, picture.height], [WIDTH, HEIGHT]);
        const got = wanted.findIndex((pixels) => pixels.equals(picture.pixels));
        assert.equal(got, place);
        if (codec === 'mjpeg') assert.equal(await found.file!(), units[place].data);
        else assert.equal(found.file, undefined);
      }
    });
  }

  itNeeds(
    { ...NEEDS_FFMPEG, '/proc': HAS_PROC },
    'leave no ffmpeg behind when the request is aborted, or the bytes are none of the codec',
    async () => {
      const kept = new KeptUnits({ keepMs: 1e6, maxBytes: 1e9 });
      const isKey = true;
      const flaws = { damaged: false, lostBefore: false };
      kept.add({ codec: 'h264', data: Buffer.alloc(5_000, 7), ptsUs: 0, arrivedAtMs: 0, isKey, ...flaws });
      const found = unitPictures({ kept, ffmpeg }).find({
        streamId: 'cam',
        seq: 0,
        ptsMs: 0,
      });
      assert.ok('decode' in found);
      const abort = new AbortController();
      const aborted = found.decode(abort.signal);
      assert.equal(children().length, 1);
      abort.abort(new Error('nobody looks'));
      await assert.rejects(aborted, /nobody looks/);
      assert.deepEqual(children(), []);
      const none = await found.decode(NEVER);
      assert.ok('reason' in none && none.reason === 'undecodable', JSON.stringify(none));
      assert.deepEqual(children(), []);
    },
  );
});
