import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { SourceEvent } from '../../../../src/core/events.js';
import { locateFfmpeg, type Ffmpeg } from '../../../../src/streaming/ffmpeg/binary.js';
import { videoSource } from '../../../../src/streaming/sources/video/video.js';
import { clipFolder, NEEDS_FFMPEG, pattern } from '../../../helpers/clips.js';
import { monotonicClock } from '../../../helpers/monotonic.js';
import { itNeeds } from '../../../helpers/needs.js';

const FIELD = join('test', 'fixtures', 'field');
const SEGMENTS = [0, 1, 2, 3].map((i) => join(FIELD, 'ts-joined-segments', `seg${i}.mpegts`));

describe('damage in a video file', function () {
  this.timeout(60_000);
  const clips = clipFolder();

  /** + for each sound frame, x for each corrupt one, and how the stream ended. */
  async function play(path: string, ffmpeg: Ffmpeg): Promise<{ marks: string; end: SourceEvent | undefined }> {
    let marks = '';
    let end: SourceEvent | undefined;
    await videoSource(path, {
      streamId: 'a',
      input: { width: 64, height: 64 },
      pace: 'max',
      ffmpeg,
      clock: monotonicClock,
    }).forEach((event) => {
      end = event;
      if (event.type === 'frame') event.release();
      if (event.type === 'frame' || event.type === 'drop') marks += event.type === 'drop' || event.corrupt ? 'x' : '+';
    });
    return { marks, end };
  }

  for (const [name, env] of [
    ['the installed ffmpeg', process.env],
    ['the ffmpeg of an npm package, of 2018', { PATH: '' }],
  ] as const) {
    describe(`with ${name}`, () => {
      let ffmpeg: Ffmpeg;
      before(async () => {
        ffmpeg = await locateFfmpeg(env, tmpdir());
      });

      const finds = (what: string, path: () => string, expected: RegExp): void =>
        itNeeds(NEEDS_FFMPEG, what, async () => {
          const { marks, end } = await play(path(), ffmpeg);
          assert.match(marks, expected);
          assert.deepEqual(end?.type === 'status' && end.state, 'ended', JSON.stringify(end));
        });

      finds('finds none in segments that follow each other', () => joined(), /^\+{100}$/);
      finds(
        'finds none in a playlist of such segments',
        () => join(FIELD, 'ts-joined-segments', 'vod.m3u8'),
        /^\+{100}$/,
      );
      finds('finds none in segments that were coded apart and overlap', () => overlapping(), /^\+{100}$/);
      finds(
        'keeps what was decoded before a lost packet',
        () => join(FIELD, 'ts-one-lost-packet', 'g250_lost1.mpegts'),
        /^\+{53}x{47}$/,
      );
      finds(
        'ends at the next key picture',
        () => join(FIELD, 'ts-one-lost-packet', 'g12_lost1.mpegts'),
        /^\+{48}x{12}\+{40}$/,
      );
      finds(
        'finds none in a file that was trimmed between key pictures',
        () => join(FIELD, 'trimmed-false-cut-off', 'og_trim.mp4'),
        /^\+{30}$/,
      );
      finds(
        'finds none in a file that was trimmed with its sound',
        () => join(FIELD, 'trimmed-false-cut-off', 'ogav_trim2.mkv'),
        /^\+{70}$/,
      );
    });
  }

  /** A playlist of two segments whose reordered pictures overlap: the first begins later by its decoding delay. */
  function overlapping(): string {
    const segments = [0, 2].map((startSeconds) =>
      clips.make(
        ...pattern('64x64', 25, 2),
        ...['-c:v', 'libx264', '-bf', '2', '-output_ts_offset', String(startSeconds)],
        `apart${startSeconds}.ts`,
      ),
    );
    const path = clips.path('apart.m3u8');
    const parts = segments.map((segment) => `#EXTINF:2,\n${basename(segment)}\n`).join('');
    writeFileSync(path, `#EXTM3U\n#EXT-X-TARGETDURATION:2\n${parts}#EXT-X-ENDLIST\n`);
    return path;
  }

  function joined(): string {
    const path = clips.path('joined.ts');
    writeFileSync(path, Buffer.concat(SEGMENTS.map((segment) => readFileSync(segment))));
    return path;
  }
});
