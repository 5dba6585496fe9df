import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceEvent } from '../../../../src/core/events.js';
import { UsageError } from '../../../../src/core/errors.js';
import { locateFfmpeg, type Ffmpeg } from '../../../../src/streaming/ffmpeg/binary.js';
import { createOriginals } from '../../../../src/streaming/originals/originals.js';
import { annotateVideo } from '../../../../src/streaming/sinks/annotated-video/annotated-video.js';
import { videoSource, type VideoOptions } from '../../../../src/streaming/sources/video/video.js';
import { clipFolder, NEEDS_FFMPEG, pattern, presentationTimes } from '../../../helpers/clips.js';
import { monotonicClock } from '../../../helpers/monotonic.js';
import { itNeeds } from '../../../helpers/needs.js';
import { children } from '../../../helpers/processes.js';
import { temporaryFolder } from '../../../helpers/temporary.js';

const INPUT = { width: 64, height: 64 };
const OPEN_GROUPS = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '3', '-g', '50', '-x264-params', 'open-gop=1'];
/** The rate varies from the fourth second on. */
const VARYING = ['-vf', 'setpts=if(lt(N\\,100)\\,N\\,N+mod(N\\,3)*0.3)/25/TB', '-fps_mode', 'passthrough'];

type Seen = { readonly ptsMs: number; readonly corrupt: boolean; readonly image: Buffer };

describe('a video from a start on', function () {
  this.timeout(60_000);
  const clips = clipFolder();
  const folder = temporaryFolder();
  let ffmpeg: Ffmpeg;
  before(async () => {
    ffmpeg = await locateFfmpeg(process.env, tmpdir());
  });

  const play = async (path: string, options: Partial<VideoOptions> = {}) => {
    const frames: Seen[] = [];
    const states: string[] = [];
    let expected: number | undefined;
    const source = videoSource(path, {
      ...{ streamId: 'clip', input: INPUT, pace: 'max', clock: monotonicClock, ffmpeg },
      onInfo: ({ expectedFrames }) => (expected = expectedFrames),
      ...options,
    });
    await source.forEach((event: SourceEvent) => {
      if (event.type === 'status') states.push(`${event.state}: ${event.message}`);
      if (event.type !== 'frame') return;
      const { seq, ptsMs, corrupt, picture } = event;
      assert.equal(seq, frames.length);
      frames.push({ ptsMs, corrupt, image: Buffer.from(picture.image) });
      event.release();
    });
    assert.deepEqual(children(), []);
    return { frames, states, expected };
  };

  for (const [name, rate] of Object.entries({
    'clip.mp4': VARYING,
    'clip.mkv': VARYING,
    'clip.ts': VARYING,
    'clip.avi': [],
    'clip.h264': [],
  }))
    itNeeds(NEEDS_FFMPEG, `has the frames and times of the whole one, for ${name}`, async () => {
      const path = clips.make(...pattern('192x128', 25, 8), ...rate, ...OPEN_GROUPS, name);
      const { frames: all } = await play(path);
      assert.equal(all.length, 200);
      for (const startMs of [0, 40, 41, 500, 2_000, 3_999, 5_200, all[150].ptsMs, all.at(-1)!.ptsMs]) {
        const { frames } = await play(path, { startMs });
        const wanted = all.filter(({ ptsMs }) => ptsMs >= startMs);
        assert.deepEqual(
          frames.map(({ ptsMs, corrupt }) => ({ ptsMs, corrupt })),
          wanted.map(({ ptsMs, corrupt }) => ({ ptsMs, corrupt })),
          `from ${startMs} ms`,
        );
        for (const [i, { image }] of frames.entries())
          assert.ok(image.equals(wanted[i].image), `picture ${i} from ${startMs} ms`);
      }
    });

  const clip = (): string => clips.make(...pattern('192x128', 25, 8), ...OPEN_GROUPS, 'plain.mp4');

  itNeeds(NEEDS_FFMPEG, 'reports its first frame, the frames to come, and its end', async () => {
    const { frames, states, expected } = await play(clip(), { startMs: 6_000 });
    assert.equal(frames.length, 50);
    assert.equal(expected, 50);
    assert.deepEqual(states, ['streaming: 192x128, 25 fps, 8.0 s', 'ended: 50 frames, up to 8.0 s']);
  });

  itNeeds(NEEDS_FFMPEG, 'ends after a number of frames', async () => {
    const { frames, states } = await play(clip(), { startMs: 3_000, maxFrames: 7 });
    assert.deepEqual(
      frames.map(({ ptsMs }) => ptsMs),
      Array.from({ length: 7 }, (_, i) => 3_000 + 40 * i),
    );
    assert.match(states.at(-1)!, /^ended: 7 frames/);
  });

  itNeeds(NEEDS_FFMPEG, 'behind the end is an error that names the length', async () => {
    for (const name of ['short.mp4', 'short.mkv', 'short.ts', 'short.avi']) {
      const path = clips.make(...pattern('64x48', 25, 2), ...OPEN_GROUPS, name);
      for (const startMs of [2_500, 60_000])
        await assert.rejects(play(path, { startMs }), {
          code: 'NOWCAST_SOURCE_START',
          message: `start is ${startMs / 1000 === 60 ? '60.0' : '2.5'} s, but "${path}" is 2.0 s long; choose an earlier start`,
        });
    }
    assert.deepEqual(children(), []);
  });

  it('must be a time', () => {
    for (const startMs of [-1, NaN, Infinity])
      assert.throws(
        () => videoSource('x.mp4', { startMs } as VideoOptions),
        (error) => error instanceof UsageError && /startMs must be a number of 0 or more/.test(error.message),
      );
  });

  itNeeds(NEEDS_FFMPEG, 'has the same original pictures', async () => {
    const path = clip();
    const originals = createOriginals();
    const jpegs: Buffer[] = [];
    for (const startMs of [0, 5_000]) {
      const { frames } = await play(path, { startMs, originals });
      const frame = frames.find(({ ptsMs }) => ptsMs === 5_600)!;
      const answer = await originals.jpeg({ streamId: 'clip', seq: frames.indexOf(frame), ptsMs: frame.ptsMs });
      assert.ok(answer.jpeg !== undefined, JSON.stringify(answer));
      jpegs.push(Buffer.from(answer.jpeg));
    }
    assert.ok(jpegs[0].equals(jpegs[1]));
    await originals.close();
  });

  itNeeds(NEEDS_FFMPEG, 'is annotated from there, in a video that begins at 0', async () => {
    for (const source of [clip(), clips.make(...pattern('192x128', 25, 8), ...OPEN_GROUPS, 'plain.ts')]) {
      const out = join(folder(), 'out.mp4');
      const { pictureCount, ptsMs } = await annotateVideo({ ffmpeg, source, percepts: [], out, startMs: 6_000 });
      assert.deepEqual({ pictureCount, ptsMs }, { pictureCount: 50, ptsMs: 7_960 });
      assert.deepEqual(
        presentationTimes(out),
        Array.from({ length: 50 }, (_, i) => (i * 4) / 100),
      );
    }
  });

  itNeeds(NEEDS_FFMPEG, 'is read over HTTP from near there', async () => {
    const bytes = readFileSync(clip());
    const ranges: string[] = [];
    const server = createServer(({ headers: { range = '' } }, response) => {
      ranges.push(range);
      const from = Number(/^bytes=(\d+)-/.exec(range)?.[1] ?? 0);
      response
        .writeHead(206, {
          'content-type': 'video/mp4',
          'content-length': bytes.length - from,
          'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
        })
        .end(bytes.subarray(from));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { frames } = await play(`http://127.0.0.1:${(server.address() as AddressInfo).port}/clip.mp4`, {
      startMs: 7_000,
    });
    server.close();
    assert.deepEqual([frames.length, frames[0].ptsMs], [25, 7_000]);
    assert.ok(ranges.length > 2);
  });
});
