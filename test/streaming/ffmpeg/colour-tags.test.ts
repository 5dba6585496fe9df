import assert from 'node:assert/strict';
import { colourArguments, parseColourTags } from '../../../src/streaming/ffmpeg/colour-tags.js';

const line = (format: string): string =>
  `    Stream #0:0(und): Video: h264 (High) (avc1 / 0x31637661), ${format}, 768x432, 187 kb/s`;

describe('colour tags', () => {
  for (const [format, tags] of [
    ['yuv420p(tv, bt709, progressive)', { matrix: 'bt709', primaries: 'bt709', transfer: 'bt709' }],
    ['yuv420p(bt709)', { matrix: 'bt709', primaries: 'bt709', transfer: 'bt709' }],
    ['yuv420p(tv, smpte170m/bt470bg/bt709)', { matrix: 'smpte170m', primaries: 'bt470bg', transfer: 'bt709' }],
    ['yuv420p10le(tv, bt2020nc/bt2020/smpte2084)', { matrix: 'bt2020nc', primaries: 'bt2020', transfer: 'smpte2084' }],
    ['gbrp(pc, gbr/bt709/iec61966-2-1)', { primaries: 'bt709' }],
    ['yuv420p(progressive)', {}],
    ['yuvj420p(pc)', {}],
    ['yuv420p', {}],
  ] as const) {
    it(`reads ${format}`, () => assert.deepEqual(parseColourTags(line(format)), tags));
  }

  it('omits unknown tags, but states the limited range', () => {
    assert.deepEqual(colourArguments({}), ['-color_range', 'tv']);
    assert.deepEqual(colourArguments({ matrix: 'bt709', transfer: 'bt709' }), [
      '-color_range',
      'tv',
      '-colorspace',
      'bt709',
      '-color_trc',
      'bt709',
    ]);
  });
});
