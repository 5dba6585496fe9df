import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LineSplitter } from '../../../src/streaming/ffmpeg/line-splitter.js';
import { FfmpegLog, type PictureFacts } from '../../../src/streaming/ffmpeg/log.js';

const SCALER = 'scale@5ec7e7';

/** Lines that mean something where ffmpeg writes them itself. */
const FORGED = [
  '[Parsed_scale_0 @ 0x1] [verbose] w:64 h:36 fmt:yuv420p sar:1/1 -> w:1 h:1 fmt:gbrp sar:1/1 flags:0x2',
  '[scale@0000 @ 0x1] [verbose] w:64 h:36 fmt:yuv420p sar:1/1 -> w:1 h:1 fmt:gbrp sar:1/1 flags:0x2',
  '[error] corrupt decoded frame in stream 0',
  '[warning] x.mp4: corrupt decoded frame in stream 0',
  '[warning] x.mp4: corrupt input packet in stream 0',
  '[mpegts @ 0x1] [warning] Packet corrupt (stream = 0, dts = 0).',
  '[h264 @ 0x1] [error] Frame num gap 5 3',
  '[info] demuxer -> ist_index:0 type:video pkt_pts:9 pkt_pts_time:9 pkt_dts:9 pkt_dts_time:9 off:0',
  '[info] demuxer+ffmpeg -> ist_index:0 type:video pkt_pts:0 pkt_pts_time:0 pkt_dts:0 pkt_dts_time:0 off:0',
  '[info] decoder -> ist_index:0 type:video frame_pts:0 keyframe:1 frame_type:1 time_base:1/10',
  '[info] filter -> pts:0 pts_time:0 exact:-0.000008 time_base:1/1000000',
  '[info] Stream mapping:',
  '[info]   Stream #0:0 -> #0:0 (hevc (native) -> rawvideo (native))',
];
const DESCRIBED = [
  "[info] Input #0, tty, from 'x':",
  '[info]   Duration: 00:00:01.00, start: 0.000000, bitrate: N/A',
  '[info]   Stream #0:0: Video: x, 1 fps',
];

/** As ffmpeg writes a tag: no line but the first begins at the left margin. */
function tag(key: string, value: string): string {
  const pieces = value.replace(/\r/g, ' ').split(/[\b\n\v\f]/);
  return pieces
    .map((piece, i) => (i === 0 ? `[info]     ${key.padEnd(16)}: ${piece}\n` : `    ${''.padEnd(16)}: ${piece}\n`))
    .join('');
}

/** The log of four pictures; the third is damaged. */
function log({
  before = '',
  tags = '',
  during = '',
}: {
  before?: string;
  tags?: string;
  /** Lines between the pictures. */
  during?: string;
}): string {
  const picture = (pts: number, mark = ''): string =>
    `[info] demuxer -> ist_index:0 type:video pkt_pts:${pts} pkt_pts_time:${pts / 10} pkt_dts:${pts} pkt_dts_time:${pts / 10} off:0\n` +
    `[info] demuxer+ffmpeg -> ist_index:0 type:video pkt_pts:${pts} pkt_pts_time:${pts / 10} pkt_dts:${pts} pkt_dts_time:${pts / 10} off:0\n` +
    mark +
    `[info] decoder -> ist_index:0 type:video frame_pts:${pts} frame_pts_time:${pts / 10} keyframe:${Number(pts === 0)} frame_type:${pts === 0 ? 1 : 2} time_base:1/10\n` +
    (pts === 0
      ? `[${SCALER} @ 0x57] [verbose] w:640 h:360 fmt:yuv420p sar:1/1 -> w:416 h:234 fmt:gbrp sar:1/1 flags:0x2\n`
      : '') +
    `[info] filter -> pts:${pts}00000 pts_time:${pts / 10} exact:9.000008 time_base:1/1000000\n`;
  return `${before}[info] Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'x.mp4':
[info]   Metadata:
${tags}[info]   Duration: 00:00:00.40, start: 0.000000, bitrate: 58 kb/s
[info]   Stream #0:0[0x1](und): Video: h264 (High) (avc1 / 0x31637661), yuv420p, 640x360, 10 fps, 10 tbr, 10k tbn
[info]     Metadata:
${tags}[info] Stream mapping:
[info]   Stream #0:0 -> #0:0 (h264 (native) -> rawvideo (native))
${picture(0)}${during}${picture(1)}${during}${picture(2, '[warning] x.mp4: corrupt decoded frame in stream 0\n')}${picture(3)}`;
}

function read(
  text: string,
  format?: string,
): { facts: PictureFacts[]; input: FfmpegLog['input']; reachedMs: number | undefined } {
  const ffmpeg = new FfmpegLog({ scaler: SCALER, format });
  const lines = new LineSplitter((line) => ffmpeg.push(line));
  lines.push(text);
  const facts: PictureFacts[] = [];
  for (let next = ffmpeg.nextPicture(); next !== undefined; next = ffmpeg.nextPicture()) facts.push(next);
  return { facts, input: ffmpeg.input, reachedMs: ffmpeg.reachedMs };
}

describe("FfmpegLog, of texts that an input's author wrote", () => {
  const clean = read(log({}));

  it('reads the facts where there are none', () => {
    assert.deepEqual(
      clean.facts.map(({ size, corrupt }) => `${size.width}x${size.height} ${corrupt ? 'x' : '+'}`),
      ['640x360 +', '640x360 +', '640x360 x', '640x360 x'],
    );
    assert.deepEqual(clean.input, { format: 'mov,mp4,m4a,3gp,3g2,mj2', durationMs: 400, fps: 10 });
  });

  it('takes no fact from a title, whatever it contains', () => {
    const piece = fc.oneof(
      fc.constantFrom(...FORGED, ...DESCRIBED),
      fc.constantFrom('\n', '\r', '\r\n', '\v', '[', ']'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        assert.deepEqual(read(log({ tags: tag('title', pieces.join('')) })), clean);
      }),
    );
  });

  it('takes nothing about pictures from whole lines before the decoding, as in the name of a tag', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...FORGED), { maxLength: 8 }), fc.boolean(), (lines, isBefore) => {
        const forged = lines.map((line) => `${line}\n`).join('');
        assert.deepEqual(read(log(isBefore ? { before: forged } : { tags: forged })), clean);
      }),
    );
  });

  it('takes nothing from whole lines that an RTSP server writes before the description', () => {
    const format = 'rtsp';
    const real = log({}).replace('mov,mp4,m4a,3gp,3g2,mj2', format);
    const honest = read(real, format);
    assert.equal(honest.input?.format, format);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...FORGED, ...DESCRIBED), { maxLength: 8 }), (lines) => {
        const forged = lines.map((line) => `${line}\n`).join('');
        assert.deepEqual(read(`[rtsp @ 0x5a] [verbose] SDP:\n${forged}${real}`, format), honest);
      }),
    );
  });

  for (const [what, line] of [
    ['the name of a segment', (text: string) => `[hls @ 0x58] [info] Opening '${text}' for reading\n`],
    ['the address of a segment', (text: string) => `[hls @ 0x58] [warning] keepalive request failed for '${text}'\n`],
    ["a playlist's line", (text: string) => `[hls @ 0x58] [info] Skip ('${text}')\n`],
    ['the answer of a server', (text: string) => `[https @ 0x59] [warning] HTTP error 404 ${text}\n`],
    ['an answer over RTSP', (text: string) => `[rtsp @ 0x5a] [error] method TEARDOWN failed: 404 ${text}\n`],
    ['an error over RTMP', (text: string) => `[rtmp @ 0x5b] [error] Server error: ${text}\n`],
    ['a file in a list', (text: string) => `[concat @ 0x5c] [error] Impossible to open '${text}\n`],
  ] as const) {
    it(`takes no fact from ${what} while it decodes, whatever it contains`, () => {
      const honest = read(log({ during: line('x') }));
      const endings = [
        'corrupt decoded frame in stream 0',
        'RTP: missed 3 packets',
        'Packet corrupt (stream = 0, dts = 0).',
      ];
      // Such texts are lines of protocols: they contain no line feed.
      const piece = fc.oneof(
        fc.constantFrom(...FORGED, ...DESCRIBED, ...endings),
        fc.constantFrom('\r', '\b', '\v', '\x1b[2K', ': ', '[', ']'),
        fc.string().map((text) => text.replaceAll('\n', '')),
      );
      fc.assert(
        fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
          assert.deepEqual(read(log({ during: line(pieces.join('')) })), honest);
        }),
      );
    });
  }

  it('takes no fact from the end of an endless title', () => {
    const endless = FORGED.map((line) => `${'x'.repeat(70_000)}${line}`).join('');
    assert.deepEqual(read(log({ tags: tag('title', endless) })), clean);
  });
});
