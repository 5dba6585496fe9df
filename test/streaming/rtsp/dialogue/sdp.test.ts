import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  chooseVideo,
  type ChosenMedia,
  type MediaDescription,
} from '../../../../src/streaming/rtsp/dialogue/media-description.js';
import { parseSdp } from '../../../../src/streaming/rtsp/dialogue/sdp.js';

function choose(...lines: string[]): ChosenMedia {
  return chooseVideo(parseSdp(lines.join('\r\n')));
}

function chosen(...lines: string[]): MediaDescription {
  const result = choose(...lines);
  assert.ok('media' in result, JSON.stringify(result));
  return result.media;
}

describe('parseSdp and chooseVideo', () => {
  it('reads H.264 with its parameter sets', () => {
    const media = chosen(
      'v=0',
      'o=- 1 1 IN IP4 10.0.0.7',
      's=Media',
      't=0 0',
      'a=control:*',
      'm=video 0 RTP/AVP 96',
      'a=rtpmap:96 H264/90000',
      'a=fmtp:96 packetization-mode=1; profile-level-id=42C01E; sprop-parameter-sets=Z0LAHtkA2D3n, aMuDyyA=',
      'a=control:trackID=1',
      'a=recvonly',
    );
    assert.deepEqual(
      {
        ...media,
        formatParameters: [...media.formatParameters.keys()],
        parameterSets: media.parameterSets.map((unit) => Buffer.from(unit).toString('hex')),
      },
      {
        codec: 'h264',
        payloadType: 96,
        clockRate: 90_000,
        control: 'trackID=1',
        formatParameters: ['packetization-mode', 'profile-level-id', 'sprop-parameter-sets'],
        parameterSets: ['6742c01ed900d83de7', '68cb83cb20'],
      },
    );
  });

  it('reads H.265 with its parameter sets in the order of decoding', () => {
    const media = chosen(
      'm=video 0 RTP/AVP 98',
      'a=rtpmap:98 H265/90000',
      'a=fmtp:98 sprop-sps=QgEB;sprop-pps=RAHA; sprop-vps=QAEM',
    );
    assert.equal(media.codec, 'h265');
    assert.deepEqual(
      media.parameterSets.map((unit) => unit[0] >> 1),
      [32, 33, 34],
    );
  });

  it('reads H.265 that declares no decoding order numbers', () => {
    assert.equal(
      chosen('m=video 0 RTP/AVP 98', 'a=rtpmap:98 H265/90000', 'a=fmtp:98 sprop-max-don-diff=0').codec,
      'h265',
    );
  });

  it('recognises JPEG by its payload type alone', () => {
    const media = chosen('m=video 0 RTP/AVP 26');
    assert.deepEqual(
      [media.codec, media.payloadType, media.clockRate, media.control],
      ['mjpeg', 26, 90_000, undefined],
    );
  });

  it('reads the size of pictures as it is written', () => {
    for (const line of [
      'a=framesize:26 3840-2160',
      'a=x-dimensions:3840,2160',
      'a=x-dimensions: 3840, 2160',
      'a=framesize:3840-2160',
    ]) {
      assert.deepEqual(chosen('m=video 0 RTP/AVP 26', line).size, { width: 3840, height: 2160 }, line);
    }
    for (const line of ['a=framesize:26 0-0', 'a=framesize:', 'a=x-dimensions:3840', 'a=framesize:26 999999-1'])
      assert.equal(chosen('m=video 0 RTP/AVP 26', line).size, undefined, line);
  });

  it('accepts bare line feeds, a missing version, spaces, any case and meaningless lines', () => {
    const { media, control } = parseSdp(
      'junk\na=\n=\n\x00\nA = CONTROL : rtsp://h/s \nM=Video 0 rtp/avp 97 \na=rtpmap: 97  h264 / 90000\na=control: track1\n\n',
    );
    assert.equal(control, 'rtsp://h/s');
    const result = chooseVideo({ media });
    assert.ok('media' in result);
    assert.equal(result.media.codec, 'h264');
    assert.equal(result.media.control, 'track1');
  });

  it('takes the first readable video of several sections, and the first of two attributes', () => {
    const media = chosen(
      'm=audio 0 RTP/AVP 0',
      'a=control:audio',
      'm=video 0 RTP/AVP 96',
      'a=rtpmap:96 VP8/90000',
      'a=control:vp8',
      'm=application 0 RTP/AVP 107',
      'a=rtpmap:107 vnd.onvif.metadata/90000',
      'm=video 0 RTP/AVP 97 98',
      'a=rtpmap:98 H264/90000',
      'a=rtpmap:98 JPEG/1000',
      'a=control:h264',
      'a=control:again',
      'm=video 0 RTP/AVP 26',
      'a=control:jpeg',
    );
    assert.deepEqual([media.codec, media.payloadType, media.control], ['h264', 98, 'h264']);
  });

  it('takes start codes off parameter sets', () => {
    const set = Buffer.from([0, 0, 0, 1, 0x67, 0x42]).toString('base64');
    const media = chosen(
      'm=video 0 RTP/AVP 96',
      'a=rtpmap:96 H264/90000',
      `a=fmtp:96 sprop-parameter-sets=${set},,====`,
    );
    assert.deepEqual(
      media.parameterSets.map((unit) => [...unit]),
      [[0x67, 0x42]],
    );
  });

  it('takes 90 kHz for a clock rate that is absent or zero', () => {
    for (const rate of ['', '/0'])
      assert.equal(chosen('m=video 0 RTP/AVP 96', `a=rtpmap:96 H264${rate}`).clockRate, 90_000);
    assert.equal(chosen('m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/1000').clockRate, 1_000);
  });

  for (const [lines, expected] of [
    [['v=0'], { absent: 'the camera does not describe its stream' }],
    [['m=audio 0 RTP/AVP 0'], { absent: 'no video in this stream (audio only)' }],
    [['m=video 0 RTP/AVP 96', 'a=rtpmap:96 MP4V-ES/90000'], { unsupported: 'the video is MP4V-ES' }],
    [['m=video 0 RTP/AVP 96'], { unsupported: 'the video is in a codec that the camera does not name' }],
    [['m=video 0 RTP/AVP'], { unsupported: 'the camera does not name the codec of its video' }],
    [['m=video 0 RTP/SAVP 96', 'a=rtpmap:96 H264/90000'], { unsupported: 'the video is encrypted (SRTP)' }],
    [['m=video 0 MP2T/H2221/UDP 96', 'a=rtpmap:96 H264/90000'], { unsupported: 'the video does not come as RTP' }],
    [
      ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000', 'a=fmtp:96 packetization-mode=2'],
      { unsupported: 'the video is H.264 in interleaved mode' },
    ],
    [
      ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H265/90000', 'a=fmtp:96 sprop-max-don-diff=2'],
      { unsupported: 'the video is H.265 with decoding order numbers (sprop-max-don-diff)' },
    ],
  ] as const) {
    it(`reports that ${Object.values(expected).join('')}`, () => assert.deepEqual(choose(...lines), expected));
  }

  it('bounds the memory for an endless description', () => {
    const { media } = parseSdp('m=video 0 RTP/AVP 96\n'.repeat(20_000));
    assert.equal(media.length, 64);
    const [section] = parseSdp(
      `m=video 0 RTP/AVP ${'96 '.repeat(10_000)}\n${`a=fmtp:96 ${'x'.repeat(1_000)}\n`.repeat(200)}`,
    ).media;
    assert.ok(section.payloadTypes.length <= 64);
    assert.ok((section.formats.get(96)?.length ?? 0) <= 16 * 1024);
  });

  it('never throws on any input', () => {
    const fragment = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'm=video 0 RTP/AVP 96',
        'm=',
        'a=rtpmap:96 H264/90000',
        'a=rtpmap:96 ',
        'a=rtpmap:999 H264/1',
        'a=fmtp:96 sprop-parameter-sets=',
        'a=control:',
        '\r',
        '\n',
        ';',
        ',',
        '=',
      ),
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 40 }), fc.constantFrom('', '\n', '\r\n'), (parts, separator) => {
        const result = chooseVideo(parseSdp(parts.join(separator)));
        assert.ok(!('media' in result) || result.media.clockRate > 0);
      }),
      { numRuns: 2_000 },
    );
  });
});
