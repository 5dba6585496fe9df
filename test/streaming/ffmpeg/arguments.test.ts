import assert from 'node:assert/strict';
import { isAtLeast, locateFfmpeg, parseVersion } from '../../../src/streaming/ffmpeg/binary.js';
import {
  copyArguments,
  decodesInOrder,
  fitFilters,
  frameArguments,
  scalerOf,
} from '../../../src/streaming/ffmpeg/arguments.js';
import { UsageError } from '../../../src/core/errors.js';

const versionOutput = (name: string, codec: string): string =>
  `ffmpeg version ${name} Copyright (c) 2000-2024 the FFmpeg developers\nbuilt with gcc 12\nlibavutil      59. 39.100 / 59. 39.100\nlibavcodec     ${codec} / ${codec}\n`;
const V4_1 = parseVersion(versionOutput('N-47683-g0e8eb07980-static', '58. 42.100'));
const V5_1 = parseVersion(versionOutput('5.1.9-0+deb12u1', '59. 37.100'));
const V7_1 = parseVersion(versionOutput('7.1', '61. 19.100'));
const INPUT = { width: 416, height: 320 };

describe('fitFilters', () => {
  it('stretches, or pads a centred picture after its planes are made', () => {
    assert.deepEqual(fitFilters({ ...INPUT, fit: 'stretch', channels: 'rgb' }), [
      'scale=w=416:h=320:flags=bilinear+full_chroma_inp',
      'format=gbrp',
    ]);
    assert.deepEqual(fitFilters({ ...INPUT, position: 'centre', padValue: 0 }).slice(1), [
      'format=gbrp',
      "pad=416:320:'trunc((ow-iw)/2)':'trunc((oh-ih)/2)':color=0x000000:eval=frame",
    ]);
  });
});

describe('ffmpeg', () => {
  const releases: [string, string, number, number][] = [
    ['4.0.6', '58. 18.100', 4, 0],
    ['N-47683-g0e8eb07980-static', '58. 42.100', 4, 1],
    ['4.4.2-0ubuntu0.22.04.1', '58.134.100', 4, 4],
    ['5.0.1', '59. 18.100', 5, 0],
    ['5.1.9-0+deb12u1', '59. 37.100', 5, 1],
    ['n6.1.1', '60. 31.102', 6, 1],
    ['7.0.2-full_build-www.gyan.dev', '61.  3.100', 7, 0],
    ['2024-12-04-git-2f95bc3cb3', '61. 26.100', 7, 1],
    ['n8.0', '62. 11.100', 8, 0],
    ['N-999999-gabcdef', '63.  1.100', 9, 0],
  ];
  for (const [name, codec, major, minor] of releases) {
    it(`reads ${name} as ${major}.${minor}`, () => {
      assert.deepEqual(parseVersion(versionOutput(name, codec)), { name, major, minor });
    });
  }

  it('refuses a program that is too old or not ffmpeg', () => {
    assert.throws(
      () => parseVersion(versionOutput('3.4.11', '57.107.100')),
      /3.4.11 is too old: Nowcast needs 4.0 or later/,
    );
    assert.throws(() => parseVersion('GNU bash, version 5.2.15'), /answer to -version is not that of ffmpeg/);
  });

  it('compares versions', () => {
    assert.deepEqual(
      [isAtLeast(V4_1, 5, 1), isAtLeast(V5_1, 5, 1), isAtLeast(V7_1, 5, 1), isAtLeast(V5_1, 5, 2)],
      [false, true, true, false],
    );
  });

  it('reports a NOWCAST_FFMPEG that is missing or not ffmpeg', async () => {
    for (const [path, why] of [
      ['/nowhere/ffmpeg', /NOWCAST_FFMPEG is "\/nowhere\/ffmpeg".*no such file/],
      [process.execPath, /NOWCAST_FFMPEG/],
    ] as const) {
      await assert.rejects(
        locateFfmpeg({ NOWCAST_FFMPEG: path, PATH: process.env['PATH'] }, '/nowhere'),
        (error) => error instanceof UsageError && why.test(error.message),
      );
    }
  });

  it('builds the arguments of each version', () => {
    const args = (version: typeof V4_1): string =>
      frameArguments(version, { url: 'x.mp4', input: INPUT, secret: 'a1' }).join(' ');
    assert.match(args(V4_1), / -vsync 0 /);
    for (const version of [V5_1, V7_1]) {
      assert.match(args(version), / -fps_mode passthrough /);
      assert.doesNotMatch(args(version), /-vsync/);
    }
    assert.equal(
      args(V5_1),
      '-nostdin -hide_banner -nostats -v repeat+level+verbose -debug_ts -i x.mp4 -an -vcodec rawvideo ' +
        `-filter:v ${fitFilters(INPUT).join(',').replace('scale=', 'scale@a1=')} -map 0:V:0 -map_metadata -1 -fps_mode passthrough -enc_time_base 1:1000000 -threads 1 -f nut -write_index 0 pipe:1`,
    );
  });

  it('shows a view before all else, with names for the filters whose lines state sizes', () => {
    const crop = { width: 100, height: 50, x: 42, y: 24 };
    const view = { aspect: { width: 16, height: 9 }, rotate: 90, crop } as const;
    const args = frameArguments(V5_1, { url: 'x.mp4', input: INPUT, view, secret: 'a1' });
    const filters = args[args.indexOf('-filter:v') + 1];
    assert.ok(
      filters.startsWith(
        "setdar=dar=16/9:max=100000,transpose=clock,scale@a1_square=w='iw':h='max(1,round(ih/sar))':eval=init:",
      ),
      filters,
    );
    assert.ok(
      filters.includes(
        ",setsar=1,crop@a1=w='if(lte(142,iw)*lte(74,ih),102,0)':h=50:x=40:y=24:exact=1,format=yuv444p|gbrp|gray,crop=w=100:h=50:x=2:y=0:exact=1,scale@a1=",
      ),
      filters,
    );
    assert.equal(scalerOf(args), 'scale@a1');
  });

  it('names the filter that scales anew each time', () => {
    const [one, other] = [1, 2].map(() => scalerOf(frameArguments(V5_1, { url: 'x.mp4', input: INPUT })));
    assert.match(one!, /^scale@[0-9a-f]{16}$/);
    assert.notEqual(one, other);
  });

  it('has the decoder of an ffmpeg that does not mark damaged pictures take one at a time', () => {
    assert.deepEqual(
      [V4_1, V5_1].map((version) => decodesInOrder(frameArguments(version, { url: 'x.mp4', input: INPUT }))),
      [true, false],
    );
  });

  it("keeps words with spaces whole, and puts the input's options before it", () => {
    const args = frameArguments(V5_1, { url: '/a b/c d.mp4', input: INPUT, inputOptions: ['-headers', 'X: y'] });
    const at = args.indexOf('-i');
    assert.deepEqual(args.slice(at - 2, at + 2), ['-headers', 'X: y', '-i', '/a b/c d.mp4']);
  });

  it('copies to a separate descriptor, with invented decoding times if there are none', () => {
    const head = ['-rtsp_transport', 'tcp', '-i', 'rtsp://camera/x', '-an', '-vcodec', 'copy', '-map', '0:V:0'];
    const tail = ['-avoid_negative_ts', 'disabled', '-flush_packets', '1', '-f', 'nut', '-write_index', '0', 'pipe:3'];
    const args = (restamps: boolean): string[] => {
      const all = copyArguments('rtsp://camera/x', ['-rtsp_transport', 'tcp'], restamps);
      return all.slice(all.indexOf('-rtsp_transport'));
    };
    assert.deepEqual(args(false), [...head, ...tail]);
    assert.deepEqual(
      args(true).filter((word) => !word.startsWith('setts=')),
      [...head, '-bsf:v', ...tail],
    );
  });
});
