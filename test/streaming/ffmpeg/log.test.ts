import assert from 'node:assert/strict';
import { FfmpegLog, type PictureFacts } from '../../../src/streaming/ffmpeg/log.js';

/** Extracts of each version's log of the same input: two pictures of 320x240, then one of 640x480. */
const SIZE_CHANGE = {
  // Recorded from the build of 2018.
  'ffmpeg 4.1': `
[info] Input #0, mpegts, from 'ab.ts':
[info]   Duration: 00:00:00.52, start: 1.576778, bitrate: 983 kb/s
[info]     Stream #0:1[0x101]: Audio: aac (LC) ([15][0][0][0] / 0x000F), 44100 Hz, mono, fltp, 79 kb/s
[info]     Stream #0:0[0x100]: Video: h264 (High), 1 reference frame ([27][0][0][0] / 0x001B), yuv420p(progressive, left), 320x240 [SAR 1:1 DAR 4:3], 10 fps, 10 tbr, 90k tbn, 20 tbc
[info] decoder -> ist_index:0 type:video frame_pts:0 frame_pts_time:0 best_effort_ts:0 best_effort_ts_time:0 keyframe:1 frame_type:1 time_base:1/90000
[Parsed_scale_0 @ 0x188a5540] [verbose] w:max(1,trunc(iw*min(416/iw,416/ih))) h:max(1,trunc(ih*min(416/iw,416/ih))) flags:'bilinear' interl:0
[graph 0 input from stream 0:0 @ 0x18840700] [verbose] w:320 h:240 pixfmt:yuv420p tb:1/90000 fr:10/1 sar:1/1 sws_param:flags=2
[Parsed_scale_0 @ 0x188a5540] [verbose] w:320 h:240 fmt:yuv420p sar:1/1 -> w:416 h:312 fmt:gbrp sar:1/1 flags:0x2
[info]     Stream #0:0: Video: rawvideo, 1 reference frame (G3[0][8] / 0x8003347), gbrp(left), 416x416 [SAR 1:1 DAR 1:1], q=2-31, 41533 kb/s, 10 fps, 1000k tbn, 1000k tbc
[info] filter -> pts:0 pts_time:0 exact:-0.000008 time_base:1/1000000
[info] decoder -> ist_index:0 type:video frame_pts:9000 frame_pts_time:0.1 best_effort_ts:9000 best_effort_ts_time:0.1 keyframe:0 frame_type:3 time_base:1/90000
[info] filter -> pts:100000 pts_time:0.1 exact:100000.000008 time_base:1/1000000
[Parsed_scale_0 @ 0x187eeac0] [verbose] w:640 h:480 fmt:yuv420p sar:1/1 -> w:416 h:312 fmt:gbrp sar:1/1 flags:0x2
[scaler_out_0_0 @ 0x187dbd00] [verbose] w:416 h:416 fmt:gbrp sar:1/1 -> w:416 h:416 fmt:gbrp sar:1/1 flags:0x4
[info] filter -> pts:500000 pts_time:0.5 exact:500000.000008 time_base:1/1000000`,
  // Recorded from Debian's build.
  'ffmpeg 5.1': `
[info] Input #0, mpegts, from 'ab.ts':
[info]   Duration: 00:00:00.52, start: 1.576778, bitrate: 983 kb/s
[info]   Stream #0:0[0x100]: Video: h264 (High), 1 reference frame ([27][0][0][0] / 0x001B), yuv420p(progressive, left), 320x240 [SAR 1:1 DAR 4:3], 10 fps, 10 tbr, 90k tbn
[Parsed_scale_0 @ 0x55da7d380940] [verbose] w:max(1,trunc(iw*min(416/iw,416/ih))) h:max(1,trunc(ih*min(416/iw,416/ih))) flags:'bilinear' interl:0
[graph 0 input from stream 0:0 @ 0x55da7d367d80] [verbose] w:320 h:240 pixfmt:yuv420p tb:1/90000 fr:10/1 sar:1/1
[Parsed_scale_0 @ 0x55da7d380940] [verbose] w:320 h:240 fmt:yuv420p sar:1/1 -> w:416 h:312 fmt:gbrp sar:1/1 flags:0x2
[info] filter -> pts:0 pts_time:0 exact:-0.000008 time_base:1/1000000
[info] encoder <- type:video frame_pts:0 frame_pts_time:0 time_base:1/1000000
[info] filter -> pts:100000 pts_time:0.1 exact:100000.000008 time_base:1/1000000
[info] encoder -> type:video pkt_pts:0 pkt_pts_time:0 pkt_dts:0 pkt_dts_time:0 duration:0 duration_time:0
[info] muxer <- type:video pkt_pts:0 pkt_pts_time:0 pkt_dts:0 pkt_dts_time:0 duration:0 duration_time:0 size:519168
[Parsed_scale_0 @ 0x55da7d372640] [verbose] w:640 h:480 fmt:yuv420p sar:1/1 -> w:416 h:312 fmt:gbrp sar:1/1 flags:0x2
[info] filter -> pts:500000 pts_time:0.5 exact:500000.000008 time_base:1/1000000
[info] filter -> pts:NULL pts_time:NULL exact:-9223372036854775808.000000 time_base:1/1000000`,
  // Put together from its sources; its threads write into each other's lines.
  'ffmpeg 7': `
[info] Input #0, mpegts, from 'ab.ts':
[info]   Duration: 00:00:00.52, start: 1.576778, bitrate: 983 kb/s
[info]   Stream #0:0[0x100]: Video: h264 (High), 1 reference frame ([27][0][0][0] / 0x001B), yuv420p(progressive, left), 320x240 [SAR 1:1 DAR 4:3], 10 fps, 10 tbr, 90k tbn, start 1.600000
[vist#0:0/h264 @ 0x5581] [info] [dec:h264 @ 0x5582] decoder -> pts:0 pts_time:0 pkt_dts:0 pkt_dts_time:0 duration:9000 duration_time:0.1 keyframe:1 frame_type:1 time_base:1/90000
[graph -1 input from stream 0:0 @ 0x7f10] [verbose] w:320 h:240 pixfmt:yuv420p tb:1/90000 fr:10/1 sar:1/1 csp:unknown range:unknown
[Parsed_scale_0 @ 0x7f11] [verbose] w:320 h:240 fmt:yuv420p csp:unknown range:unknown sar:1/1 -> w:416 h:312 fmt:gbrp csp:gbr range:pc sar:1/1 flags:bilinear
[info]   Stream #0:0: [info] filter -> pts:0 pts_time:0 exact:-0.000008 time_base:1/1000000
[info] filter -> pts:100000 pts_time:0.1 exact:100000.000008 time_base:1/1000000
[info]   Side [Parsed_scale_0 @ 0x7f12] [verbose] w:640 h:480 fmt:yuv420p csp:unknown range:unknown sar:1/1 -> w:416 h:312 fmt:gbrp csp:gbr range:pc sar:1/1 flags:bilinear
[info] filter -> pts:500000 pts_time:0.5 exact:500000.000008 time_base:1/1000000`,
};

function factsOf(log: FfmpegLog): PictureFacts[] {
  const facts: PictureFacts[] = [];
  for (let next = log.nextPicture(); next !== undefined; next = log.nextPicture()) facts.push(next);
  return facts;
}

function logOf(text: string): FfmpegLog {
  const log = new FfmpegLog({ scaler: 'Parsed_scale_0' });
  for (const line of text.split('\n')) log.push(line);
  return log;
}

describe('FfmpegLog', () => {
  for (const [version, text] of Object.entries(SIZE_CHANGE)) {
    it(`reads the input and the size of every picture from the log of ${version}`, () => {
      const log = logOf(text);
      assert.deepEqual(log.input, { format: 'mpegts', durationMs: 520, fps: 10 });
      assert.deepEqual(
        factsOf(log).map(({ size }) => `${size.width}x${size.height}`),
        ['320x240', '320x240', '640x480'],
      );
    });
  }

  it('reads the size of a rotated picture as shown', () => {
    const log = logOf(`
[graph 0 input from stream 0:0 @ 0x55] [verbose] w:640 h:360 pixfmt:yuv420p tb:1/10240 fr:10/1 sar:1/1
[transpose @ 0x56] [verbose] w:640 h:360 dir:1 -> w:360 h:640 rotation:clockwise vflip:0
[Parsed_scale_0 @ 0x57] [verbose] w:360 h:640 fmt:yuv420p sar:1/1 -> w:234 h:416 fmt:gbrp sar:1/1 flags:0x2
[info] filter -> pts:0 pts_time:0 exact:-0.000008 time_base:1/1000000`);
    assert.deepEqual(log.nextPicture()?.size, { width: 360, height: 640 });
  });

  it('marks the damaged picture and those that depend on it, even if earlier pictures come out later', () => {
    const decoded =
      '[info] decoder -> ist_index:0 type:video frame_pts:9 best_effort_ts:9 keyframe:0 frame_type:2 time_base:1/90000';
    const announced = '[info] filter -> pts:9 pts_time:0.1 exact:9.000008 time_base:1/1000000';
    const log = logOf(
      [
        '[Parsed_scale_0 @ 0x57] [verbose] w:360 h:640 fmt:yuv420p sar:1/1 -> w:234 h:416 fmt:gbrp sar:1/1 flags:0x2',
        decoded,
        decoded,
        announced,
        '[warning] rtsp://x: corrupt decoded frame in stream 0',
        decoded,
        announced,
        decoded.replace('keyframe:0', 'keyframe:1'),
        announced,
        announced,
      ].join('\n'),
    );
    assert.deepEqual(
      factsOf(log).map(({ corrupt }) => corrupt),
      [false, false, true, true],
    );
  });

  it('keeps the last errors without level and address', () => {
    const log = logOf(
      [
        '[h264 @ 0x558a] [error] error while decoding MB 33 20, bytestream 3570',
        '[warning] not this',
        "[fatal] Stream map '0:V:0' matches no streams.",
      ].join('\n'),
    );
    assert.deepEqual(log.errors, [
      '[h264] error while decoding MB 33 20, bytestream 3570',
      "Stream map '0:V:0' matches no streams.",
    ]);
    for (let i = 0; i < 100; i++) log.push(`[error] ${i}`);
    assert.deepEqual([log.errors.length, log.errors.at(-1)], [8, '99']);
  });

  it('accepts an input of unknown duration', () => {
    assert.deepEqual(
      logOf(`[info] Input #0, rtsp, from 'x':\n[info]   Duration: N/A, start: 0.000000, bitrate: N/A`).input,
      { format: 'rtsp' },
    );
  });
});
