import assert from 'node:assert/strict';
import { bestVideoStream, listVideoStreams, videoStreamIn } from '../../../src/streaming/ffmpeg/video-streams.js';

const CODEC = 'h264 (High), 1 reference frame (avc1 / 0x31637661), yuv420p(progressive, left)';
const line = (index: number, rest: string): string => `  Stream #0:${index}[0x1](und): Video: ${CODEC}, ${rest}`;
const best = (...lines: readonly string[]): number | undefined =>
  bestVideoStream(lines.flatMap((each) => videoStreamIn(each) ?? []))?.index;

describe('videoStreamIn', () => {
  it('reads number, size, rate and dispositions', () => {
    assert.deepEqual(videoStreamIn(line(3, '160x120 (160x128) [SAR 1:1 DAR 4:3], 35 kb/s, 10 fps, 10 tbr (default)')), {
      index: 3,
      codec: 'h264',
      size: { width: 160, height: 120 },
      fps: 10,
      isDefault: true,
      isCover: false,
    });
    assert.deepEqual(videoStreamIn('  Stream #0:2[0x0]: Video: png, rgb24(pc), 90k tbr, 90k tbn (attached pic)'), {
      index: 2,
      codec: 'png',
      fps: 90_000,
      isDefault: false,
      isCover: true,
    });
  });

  it('reads no other lines', () => {
    for (const other of [
      '  Stream #0:1[0x2](und): Audio: aac (LC), 44100 Hz',
      '      title           : Stream #0:1: Video: h264, 9999x9999',
      '                      :   Stream #0:1: Video: h264, 9999x9999',
      '  Stream #0:1 -> #0:0 (h264 (native) -> rawvideo (native))',
    ])
      assert.equal(videoStreamIn(other), undefined, other);
  });
});

describe('listVideoStreams', () => {
  it('numbers the videos in their order, without cover pictures', () => {
    const streams = [line(0, '320x240'), line(2, '1600x1600 (attached pic)'), line(3, '25 fps')];
    assert.equal(listVideoStreams(streams.flatMap((each) => videoStreamIn(each) ?? [])), '0 (320x240 h264), 1 (h264)');
  });
});

describe('bestVideoStream', () => {
  it('takes the largest stream, whichever is the default', () => {
    assert.equal(best(line(0, '160x120 (default)'), line(1, '320x240'), line(2, '240x180')), 1);
  });

  it('takes the default of equal streams, and else the first', () => {
    assert.equal(best(line(0, '320x240'), line(1, '320x240 (default)')), 1);
    assert.equal(best(line(4, '320x240'), line(2, '320x240')), 2);
  });

  it('takes no cover picture, however large', () => {
    assert.equal(best(line(0, '1600x1600 (attached pic)'), line(1, '320x240')), 1);
    assert.equal(best(line(0, '1600x1600 (attached pic)')), undefined);
  });

  it('takes a stream of unknown size rather than none', () => {
    assert.equal(best(line(1, '25 fps')), 1);
  });

  it('takes none of two different streams with one number, of which a tag wrote one', () => {
    assert.equal(best(line(0, '320x240'), line(1, '9999x9999'), line(1, '160x120')), 0);
    assert.equal(best(line(0, '320x240'), line(1, '640x480'), line(1, '640x480')), 1);
  });
});
