import assert from 'node:assert/strict';
import { parseDescription } from '../../../src/streaming/ffmpeg/describe-video.js';

const COVER = '  Stream #0:2: Video: mjpeg, yuvj444p(pc, bt470bg/unknown/unknown), 600x600 (attached pic)';
const SMALL = '  Stream #0:0(und): Video: h264 (High), yuv420p(tv, smpte170m), 160x120, 10 fps';
const LARGE = '  Stream #0:3(und): Video: h264 (High), yuv420p(tv, bt709), 320x240, 10 fps';
const DESCRIPTION = ['Input #0, mov', SMALL, '    Stream #0:1(und): Audio: aac', COVER, LARGE].join('\n');

describe('the description of a video', () => {
  it('gives number and colour tags of the best stream', () => {
    assert.deepEqual(parseDescription(DESCRIPTION, undefined), {
      stream: 3,
      tags: { matrix: 'bt709', primaries: 'bt709', transfer: 'bt709' },
    });
  });

  it('gives the colour tags of the chosen stream', () => {
    assert.deepEqual(parseDescription(DESCRIPTION, { video: 0 }), {
      stream: { video: 0 },
      tags: { matrix: 'smpte170m', primaries: 'smpte170m', transfer: 'smpte170m' },
    });
    assert.deepEqual(parseDescription(DESCRIPTION, { video: 2 }), { stream: { video: 2 }, tags: {} });
    assert.deepEqual(parseDescription(DESCRIPTION, 0), {
      stream: 0,
      tags: { matrix: 'smpte170m', primaries: 'smpte170m', transfer: 'smpte170m' },
    });
  });

  it('gives the names of the container, and its length', () => {
    const container =
      "Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'a.mp4':\n  Duration: 00:01:30.50, start: 0.000000, bitrate: 9 kb/s";
    const { format, durationMs } = parseDescription(`${container}\n${SMALL}`, undefined);
    assert.deepEqual({ format, durationMs }, { format: 'mov,mp4,m4a,3gp,3g2,mj2', durationMs: 90_500 });
  });

  it('gives nothing of an input that ffmpeg cannot read', () => {
    assert.deepEqual(parseDescription('x.txt: Invalid data found when processing input', undefined), { tags: {} });
  });
});
