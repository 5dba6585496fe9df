import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { UnitCodec } from '../src/core/coded-unit.js';
import { readClientMessage } from '../src/streaming/feed/client-message.js';
import { readPlaylist } from '../src/streaming/hls/playlist.js';
import { MultipartReader } from '../src/streaming/http-pictures/multipart.js';
import { TsDemuxer, type TsCodec } from '../src/streaming/mpegts/demuxer.js';
import { mediaTime } from '../src/streaming/mpegts/media-time.js';
import { UnitBuilder } from '../src/streaming/mpegts/unit-builder.js';
import { chooseVideo } from '../src/streaming/rtsp/dialogue/media-description.js';
import { parseSdp } from '../src/streaming/rtsp/dialogue/sdp.js';
import { StreamSplitter } from '../src/streaming/rtsp/dialogue/stream-splitter.js';
import { parseTransport } from '../src/streaming/rtsp/dialogue/transport-header.js';
import { RtpUnits } from '../src/streaming/rtsp/rtp-units.js';
import { annexBPictures, h264Payloads, h265Payloads, jpegPayloads, RtpSender } from '../test/helpers/rtp-packetizer.js';
import type { Parser } from './parsers.js';
import type { Samples } from './samples.js';

const ignore = (): undefined => undefined;
const text = (lines: readonly string[]) => () => Promise.resolve(Buffer.from(lines.join('\r\n')));
const SSRC = 0x1234;

/** What cameras, their servers and the clients of the feed send. */
export const CAMERA_PARSERS: readonly Parser[] = [
  {
    name: 'parse-sdp',
    load: text([
      ...['v=0', 'o=- 1 1 IN IP4 10.0.0.7', 's=Media', 't=0 0', 'a=control:*', 'm=video 0 RTP/AVP 96'],
      ...['a=rtpmap:96 H264/90000', 'a=framesize:96 1920-1080', 'a=control:trackID=1', 'm=audio 0 RTP/AVP 0'],
      'a=fmtp:96 packetization-mode=1; profile-level-id=42C01E; sprop-parameter-sets=Z0LAHtkA2D3n, aMuDyyA=',
    ]),
    parse: (bytes) => chooseVideo(parseSdp(bytes.toString())),
  },
  {
    name: 'parse-transport',
    load: text(['RTP/AVP/TCP;unicast;interleaved=0-1;server_port=5000-5001;ssrc=1234;source=10.0.0.7']),
    parse: (bytes) => parseTransport(bytes.toString()),
  },
  {
    name: 'parse-rtsp',
    load: async (samples) => {
      const reply = 'RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 4\r\nSession: 1;timeout=60\r\n\r\nbody';
      const packets = (await rtpOf('h264')(samples)).subarray(0, 4000);
      const head = Buffer.from([0x24, 0, packets.length >> 8, packets.length & 255]);
      return Buffer.concat([Buffer.from(reply), head, packets, Buffer.from(reply)]);
    },
    parse: (bytes) => {
      const splitter = new StreamSplitter({ onPacket: ignore, onMessage: ignore, onJunk: ignore });
      splitter.expectChannels([0, 1]);
      // Cut anywhere, as a network does.
      for (let at = 0; at < bytes.length; at += 700) splitter.push(bytes.subarray(at, at + 700));
    },
  },
  { name: 'parse-rtp-h264', load: rtpOf('h264'), parse: rtp('h264') },
  { name: 'parse-rtp-h265', load: rtpOf('h265'), parse: rtp('h265') },
  { name: 'parse-rtp-jpeg', load: rtpOf('mjpeg'), parse: rtp('mjpeg') },
  { name: 'parse-ts', load: ({ videos }) => readFile(videos.find((file) => file.endsWith('.ts')) ?? ''), parse: ts },
  {
    name: 'parse-playlist',
    load: text([
      ...['#EXTM3U', '#EXT-X-VERSION:3', '#EXT-X-TARGETDURATION:2', '#EXT-X-MEDIA-SEQUENCE:7'],
      ...['#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z', '#EXTINF:2.0,', 'a.ts', '#EXT-X-DISCONTINUITY'],
      ...['#EXTINF:1.5,title', 'b.ts', '#EXT-X-ENDLIST', ''],
    ]),
    parse: (bytes) => readPlaylist(bytes.toString()),
  },
  {
    name: 'parse-multipart',
    load: async ({ pictureFiles }) => {
      const jpeg = await readFile(pictureFiles[0] ?? '');
      const head = Buffer.from(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
      return Buffer.concat([head, jpeg, Buffer.from('\r\n'), head, jpeg, Buffer.from('\r\n--frame--')]);
    },
    parse: (bytes) => {
      const reader = new MultipartReader('frame', { onPart: ignore, onMalformed: ignore, onNotice: ignore });
      for (let at = 0; at < bytes.length; at += 1400) reader.push(bytes.subarray(at, at + 1400), at);
    },
  },
  {
    name: 'parse-subscription',
    load: text([
      '{"type":"subscribe","streams":["a"],"kinds":["percept"],"minScore":0.5,"classes":["car"],"maxFps":5}',
    ]),
    isJson: true,
    parse: (bytes) => readClientMessage(bytes.toString(), { streams: ['a'], classes: ['car'] }),
  },
];

/** A second of packets, each after its length in two bytes. */
function rtpOf(codec: UnitCodec) {
  return async ({ ffmpeg, videos, pictureFiles }: Samples): Promise<Buffer> => {
    const sender = new RtpSender({ ssrc: SSRC });
    const packets = (await payloadsOf(codec, ffmpeg.path, videos, pictureFiles)).flatMap((payloads, i) => [
      ...sender.picture(payloads, i * 3000),
      sender.report(1e12 + i * 33, i * 3000),
    ]);
    return Buffer.concat(packets.flatMap((packet) => [Buffer.from([packet.length >> 8, packet.length & 255]), packet]));
  };
}

async function payloadsOf(
  codec: UnitCodec,
  ffmpeg: string,
  [video = '']: readonly string[],
  [jpeg = '']: readonly string[],
): Promise<Uint8Array[][]> {
  if (codec === 'mjpeg') return [jpegPayloads(await readFile(jpeg)), jpegPayloads(await readFile(jpeg))];
  const encoder = codec === 'h264' ? 'libx264' : 'libx265';
  const args = [
    '-v',
    'error',
    '-i',
    video,
    '-frames:v',
    '6',
    '-c:v',
    encoder,
    '-f',
    codec === 'h264' ? codec : 'hevc',
    '-',
  ];
  const { stdout } = await promisify(execFile)(ffmpeg, args, { encoding: 'buffer' });
  const payloads = codec === 'h264' ? h264Payloads : h265Payloads;
  return annexBPictures(codec, stdout).map((nals) => nals.flatMap((nal) => payloads(nal)));
}

function rtp(codec: UnitCodec) {
  return (bytes: Buffer): void => {
    const options = { codec, clockRate: 90_000, payloadType: 96, overUdp: true, clock: { now: () => 0 }, ownSsrc: 1 };
    const units = new RtpUnits(options, { onUnit: ignore, onReport: ignore, onNotice: ignore });
    for (let at = 0; at + 2 <= bytes.length;) {
      const end = at + 2 + bytes.readUInt16BE(at);
      const packet = bytes.subarray(at + 2, end);
      units.rtp(packet, at / 100);
      units.rtcp(packet, at / 100);
      at = end;
    }
  };
}

function ts(bytes: Buffer): void {
  const time = mediaTime();
  const builders = new Map<TsCodec, UnitBuilder>();
  let newest: UnitBuilder | undefined;
  const demuxer = new TsDemuxer({
    onVideo: (codec) => {
      newest =
        builders.get(codec) ??
        new UnitBuilder(codec, time, { onUnit: ignore, onUnsupported: ignore, onNotice: ignore });
      builders.set(codec, newest);
    },
    onPes: (data) => newest?.push(data),
    onClock: ignore,
    onUnsupported: ignore,
    onNotice: ignore,
  });
  for (let at = 0; at < bytes.length; at += 1316) demuxer.push(bytes.subarray(at, at + 1316), at);
}
