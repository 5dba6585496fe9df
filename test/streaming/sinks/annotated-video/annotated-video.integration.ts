import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OutputError, SourceError } from '../../../../src/core/errors.js';
import type { PerceptEvent } from '../../../../src/core/events.js';
import {
  annotateVideo,
  type AnnotateVideoOptions,
} from '../../../../src/streaming/sinks/annotated-video/annotated-video.js';
import { locateFfmpeg, type Ffmpeg } from '../../../../src/streaming/ffmpeg/binary.js';
import { clipFolder, NEEDS_FFMPEG, pattern, presentationTimes } from '../../../helpers/clips.js';
import { itNeeds } from '../../../helpers/needs.js';
import { children } from '../../../helpers/processes.js';
import { temporaryFolder } from '../../../helpers/temporary.js';
import { detectionOf, perceptOf } from '../../events.js';

/** A plain grey clip, so that every difference was drawn. */
const grey = (size: string, fps: number, seconds: number): string[] => [
  '-f',
  'lavfi',
  '-i',
  `color=c=gray:s=${size}:r=${fps}:d=${seconds}`,
];

/** One pixel of one picture of a video, R, G, B. */
function pixelOf(path: string, picture: number, x: number, y: number): number[] {
  return [
    ...execFileSync('ffmpeg', [
      '-nostdin',
      '-v',
      'error',
      '-i',
      path,
      '-vf',
      `select=eq(n\\,${picture}),format=rgb24,crop=1:1:${x}:${y}:exact=1`,
      '-frames:v',
      '1',
      '-f',
      'rawvideo',
      'pipe:1',
    ]),
  ];
}

function describeStream(path: string, ...keys: string[]): string {
  return execFileSync(
    'ffprobe',
    ['-v', 'error', '-select_streams', 'v:0', '-show_entries', `stream=${keys.join()}`, '-of', 'csv=p=0', path],
    { encoding: 'utf8' },
  ).trim();
}

describe('annotated video', function () {
  this.timeout(60_000);
  const clips = clipFolder();
  const folder = temporaryFolder();
  let ffmpeg: Ffmpeg;
  before(async () => {
    ffmpeg = await locateFfmpeg(process.env, tmpdir());
  });
  const annotate = (source: string, percepts: Iterable<PerceptEvent>, changes: Partial<AnnotateVideoOptions> = {}) =>
    annotateVideo({ ffmpeg, source, percepts, out: join(folder(), 'out.mp4'), ...changes });
  const needs = { ...NEEDS_FFMPEG };

  itNeeds(needs, 'draws each percept into the picture in which it was observed', async () => {
    const source = clips.make(...grey('320x240', 10, 1), '-c:v', 'libx264', 'plain.mp4');
    const boxAt = (x: number) => [detectionOf(0, 0.9, [x, 80, x + 40, 160])];
    const percepts = [
      perceptOf(2, { detections: boxAt(40), width: 320, height: 240 }),
      perceptOf(6, { detections: boxAt(200), width: 320, height: 240 }),
    ];
    const end = await annotate(source, percepts);
    assert.deepEqual(end, { pictureCount: 10, ptsMs: 900 });
    const out = join(folder(), 'out.mp4');
    // In amber, red exceeds blue by 255: by all of it in an observed box, by 0.6 of it in a dimmed box, by nothing on
    // grey. The bounds lie half-way, farther from each than an encoder deviates.
    const lineAt = (picture: number, x: number): 'solid' | 'dimmed' | 'none' => {
      const [r, , b] = pixelOf(out, picture, x, 158);
      return r - b > 204 ? 'solid' : r - b > 77 ? 'dimmed' : 'none';
    };
    assert.deepEqual(
      [1, 2, 3, 5, 6, 7].map((picture) => [lineAt(picture, 41), lineAt(picture, 201)]),
      [
        ['none', 'none'],
        ['solid', 'none'],
        ['dimmed', 'none'],
        ['dimmed', 'none'],
        ['none', 'solid'],
        ['none', 'dimmed'],
      ],
    );
    assert.deepEqual(readdirSync(folder()), ['out.mp4']);
    assert.deepEqual(children(), []);
  });

  itNeeds(needs, 'keeps the presentation times of a video whose rate varies, and its colour tags', async () => {
    const source = clips.make(
      ...pattern('320x240', 30, 3),
      '-vf',
      "select='not(mod(n,7))+not(mod(n,5))',settb=1/90000",
      '-vsync',
      'vfr',
      '-colorspace',
      'bt709',
      '-color_primaries',
      'bt709',
      '-color_trc',
      'bt709',
      'vfr.mkv',
    );
    await annotate(source, []);
    const out = join(folder(), 'out.mp4');
    assert.deepEqual(presentationTimes(out), presentationTimes(source));
    assert.equal(
      describeStream(out, 'codec_name', 'pix_fmt', 'color_range', 'color_space', 'color_transfer', 'color_primaries'),
      'h264,yuv420p,tv,bt709,bt709,bt709',
    );
  });

  itNeeds(needs, 'makes odd sizes even and pixels square, and turns phone videos upright', async () => {
    const odd = clips.make(
      ...pattern('320x240', 10, 0.3),
      '-vf',
      'scale=321:179,setsar=1',
      '-pix_fmt',
      'yuv420p',
      '-c:v',
      'ffv1',
      'odd.mkv',
    );
    const wide = clips.make(...pattern('360x288', 10, 0.3), '-vf', 'setsar=16/15', '-c:v', 'ffv1', 'anamorphic.mkv');
    const out = join(folder(), 'out.mp4');
    await annotate(odd, []);
    assert.equal(describeStream(out, 'width', 'height'), '322,180');
    await annotate(wide, []);
    assert.equal(describeStream(out, 'width', 'height', 'sample_aspect_ratio'), '384,288,1:1');
    const lying = clips.make(...pattern('320x240', 10, 0.3), '-c:v', 'libx264', 'lying.mp4');
    const upright = clips.make('-i', lying, '-c', 'copy', '-metadata:s:v:0', 'rotate=90', 'upright.mp4');
    await annotate(upright, []);
    assert.equal(describeStream(out, 'width', 'height'), '240,320');
  });

  itNeeds(needs, 'stops where the run stopped, and shifts times by the given offset', async () => {
    const source = clips.make(...grey('320x240', 10, 2), '-c:v', 'libx264', 'long.mp4');
    const seen: number[] = [];
    const end = await annotate(source, [], {
      offsets: [{ fromPtsUs: 0, toPtsUs: 1_900_000, offsetUs: 5_000_000 }],
      untilPtsMs: 5500,
      onProgress: ({ ptsMs }) => seen.push(ptsMs),
    });
    assert.deepEqual(end, { pictureCount: 6, ptsMs: 5500 });
    assert.deepEqual(seen, [5000, 5100, 5200, 5300, 5400, 5500]);
    assert.equal(presentationTimes(join(folder(), 'out.mp4')).length, 6);
  });

  itNeeds(needs, 'shows pictures at their stream times, for any times in a kept file', async () => {
    const source = clips.make(...grey('320x240', 10, 1), '-c:v', 'libx264', 'jumped.mp4');
    const offsets = [
      { fromPtsUs: 0, toPtsUs: 400_000, offsetUs: 7_000_000 },
      { fromPtsUs: 500_000, toPtsUs: 900_000, offsetUs: 9_000_000 },
    ];
    await annotate(source, [], { offsets });
    assert.deepEqual(presentationTimes(join(folder(), 'out.mp4')), [0, 0.1, 0.2, 0.3, 0.4, 2.5, 2.6, 2.7, 2.8, 2.9]);
  });

  itNeeds(needs, 'works with the ffmpeg of 2018 of an npm package', async () => {
    const packaged = await locateFfmpeg({ PATH: '' }, tmpdir());
    assert.equal(packaged.origin, 'package');
    const source = clips.make(...pattern('320x240', 25, 1), '-c:v', 'libx264', 'packaged.mp4');
    await annotate(source, [perceptOf(0)], { ffmpeg: packaged });
    assert.deepEqual(presentationTimes(join(folder(), 'out.mp4')), presentationTimes(source));
  });

  itNeeds(needs, 'draws the readable part of a truncated video', async () => {
    const source = clips.make(...pattern('320x240', 25, 4), '-c:v', 'libx264', '-f', 'mpegts', 'cut.ts');
    truncateSync(source, Math.floor((await stat(source)).size / 2));
    const { pictureCount } = await annotate(source, []);
    assert.ok(pictureCount > 20 && pictureCount < 80, String(pictureCount));
  });

  itNeeds(
    needs,
    'refuses a source that is not a video and a path that cannot be written, and leaves no file behind',
    async () => {
      const source = clips.make(...grey('320x240', 10, 0.3), '-c:v', 'libx264', 'small.mp4');
      const text = join(folder(), 'text.mp4');
      writeFileSync(text, 'not a video');
      await assert.rejects(
        annotate(text, []),
        (error) => error instanceof SourceError && /text\.mp4 cannot be annotated: .*Invalid data/.test(error.message),
      );
      await assert.rejects(
        annotate(join(folder(), 'absent.mp4'), []),
        (error) => error instanceof SourceError && /No such file/.test(error.message),
      );
      await assert.rejects(
        annotate(source, [], { out: join(folder(), 'absent/out.mp4') }),
        (error) => error instanceof OutputError && /create it first/.test(error.message),
      );
      mkdirSync(join(folder(), 'taken.mp4'));
      await assert.rejects(
        annotate(source, [], { out: join(folder(), 'taken.mp4') }),
        (error) => error instanceof OutputError && /it is a folder/.test(error.message),
      );
      await assert.rejects(
        annotate(source, [], { ffmpeg: { ...ffmpeg, path: join(folder(), 'no-ffmpeg') } }),
        (error) => /ENOENT/.test((error as Error).message),
      );
      async function* broken(): AsyncGenerator<PerceptEvent> {
        throw new Error('torn recording');
        yield perceptOf(0);
      }
      await assert.rejects(
        annotateVideo({ ffmpeg, source, percepts: broken(), out: join(folder(), 'out.mp4') }),
        /torn recording/,
      );
      assert.deepEqual(readdirSync(folder()).sort(), ['taken.mp4', 'text.mp4']);
      assert.deepEqual(children(), []);
    },
  );

  itNeeds(needs, 'ends at once when aborted, and leaves no file behind', async () => {
    const source = clips.make(...pattern('640x480', 30, 20), '-c:v', 'libx264', '-preset', 'ultrafast', 'aborted.mp4');
    const abort = new AbortController();
    await assert.rejects(
      annotate(source, [], { signal: abort.signal, onProgress: () => abort.abort(new Error('enough')) }),
      /enough/,
    );
    await assert.rejects(annotate(source, [], { signal: AbortSignal.abort(new Error('before')) }), /before/);
    assert.deepEqual(readdirSync(folder()), []);
    assert.deepEqual(children(), []);
  });
});
