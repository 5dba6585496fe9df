import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lastValueFrom, toArray } from 'rxjs';
import { monotonicClock } from '../../../helpers/monotonic.js';
import { locateFfmpeg } from '../../../../src/streaming/ffmpeg/binary.js';
import { videoSource } from '../../../../src/streaming/sources/video/video.js';
import { NEEDS_FFMPEG } from '../../../helpers/clips.js';
import { itNeeds } from '../../../helpers/needs.js';
import { temporaryFolder } from '../../../helpers/temporary.js';

const INPUT = { width: 96, height: 96 };
/** A hundred pictures; a packet of one is missing. */
const DAMAGED = 'test/fixtures/field/ts-one-lost-packet/g12_lost1.mpegts';

/** Names that ffmpeg repeats in its log, each with what it would forge there. */
const NAMES: Readonly<Record<string, string>> = {
  'a picture': 'a\n[info] filter -> pts:0 pts_time:0\nb.ts',
  'a packet and a decoded picture':
    'a\n[info] demuxer+ffmpeg -> type:video pkt_pts:0 pkt_dts:0\n[info] decoder -> frame_pts:3600 keyframe:1 frame_type:1\nb.ts',
  'a damaged picture': 'a\n[warning] x: corrupt decoded frame in stream 0\nb.ts',
  'a damaged packet': 'a\n[mpegts @ 0x1] [warning] Packet corrupt (stream = 0, dts = 90000).\nb.ts',
  'a complaint of the decoder': 'a\n[h264 @ 0x1] [error] Frame num gap 5 3\nb.ts',
  'the beginning of the decoding': 'a\n[info] Stream mapping:\nb.ts',
  'damage without a line feed': 'x: corrupt decoded frame in stream 0',
  'a line of its own on a terminal': 'a\r\x1b[2K[info] filter -> pts:0\b\b.ts',
  'nothing, at a length beyond any line': `${`${'d'.repeat(240)}/`.repeat(12)}x.ts`,
};

describe('names of files that look like messages of ffmpeg', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  /** Each picture's size and damage. */
  async function pictures(path: string): Promise<string[]> {
    const ffmpeg = await locateFfmpeg(process.env, '');
    const events = await lastValueFrom(
      videoSource(path, { streamId: 'x', input: INPUT, pace: 'max', ffmpeg, clock: monotonicClock, slots: 200 }).pipe(
        toArray(),
      ),
    );
    return events.flatMap((event) => {
      if (event.type !== 'frame') return [];
      const { width, height } = event.picture.size;
      event.release();
      return [`${event.seq} ${width}x${height} ${event.corrupt}`];
    });
  }

  for (const [what, name] of Object.entries(NAMES)) {
    itNeeds(NEEDS_FFMPEG, `forge nothing: ${what}`, async () => {
      const path = join(folder(), name);
      mkdirSync(dirname(path), { recursive: true });
      copyFileSync(DAMAGED, path);
      const found = await pictures(path);
      assert.equal(found.length, 100);
      assert.deepEqual(found, await pictures(DAMAGED));
    });
  }

  itNeeds(NEEDS_FFMPEG, 'forge nothing as segments of a playlist', async () => {
    const segment = (name: string): void => copyFileSync(join(folder(), 'part.ts'), join(folder(), name));
    execFileSync('ffmpeg', [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      'testsrc2=s=96x54:r=10:d=1',
      '-c:v',
      'libx264',
      join(folder(), 'part.ts'),
    ]);
    const names = ['./\b[info] filter -> pts:0 pts_time:0 .ts', './\x1b[2K: corrupt decoded frame in stream 0.ts'];
    for (const name of ['one.ts', 'two.ts', ...names]) segment(name);
    const playlist = (name: string, [first, second]: readonly string[]): string => {
      const path = join(folder(), name);
      writeFileSync(
        path,
        `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${first}\n#EXT-X-DISCONTINUITY\n#EXTINF:1,[error] corrupt decoded frame in stream 0\n${second}\n#EXT-X-ENDLIST\n`,
      );
      return path;
    };
    const found = await pictures(playlist('hostile.m3u8', names));
    assert.equal(found.length, 20);
    assert.deepEqual(found, await pictures(playlist('honest.m3u8', ['one.ts', 'two.ts'])));
  });
});
