import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { lastValueFrom, take, toArray } from 'rxjs';
import type { DropEvent, SourceEvent, StatusEvent } from '../../../../src/core/events.js';
import type { Frame } from '../../../../src/core/frame.js';
import { letterbox } from '../../../../src/core/fit.js';
import type { Size } from '../../../../src/core/size.js';
import { fitPicture, type PictureFormat } from '../../../../src/core/picture.js';
import { locateFfmpeg, type Ffmpeg } from '../../../../src/streaming/ffmpeg/binary.js';
import type { VideoInfo } from '../../../../src/streaming/sources/video/video-info.js';
import { videoSource, type VideoOptions } from '../../../../src/streaming/sources/video/video.js';
import { clipFolder, NEEDS_FFMPEG, pattern } from '../../../helpers/clips.js';
import { monotonicClock } from '../../../helpers/monotonic.js';
import { itNeeds } from '../../../helpers/needs.js';

const INPUT = { width: 96, height: 64 };

const isFrame = (event: SourceEvent): event is Frame => event.type === 'frame';
const isDrop = (event: SourceEvent): event is DropEvent => event.type === 'drop';
const isStatus = (event: SourceEvent): event is StatusEvent => event.type === 'status';

/** Value of pixel (x, y) in each plane: B, G, R. */
function pixel(frame: Frame, input: Size, x: number, y: number): number[] {
  return [0, 1, 2].map((plane) => frame.picture.image[plane * input.width * input.height + y * input.width + x]);
}

const ffmpeg7 = process.env['NOWCAST_TEST_FFMPEG7'];
const ORIGINS: [string, Readonly<Record<string, string | undefined>>][] = [
  ['path', process.env],
  ['package', { PATH: '' }],
];
if (ffmpeg7 !== undefined) ORIGINS.push(['env', { NOWCAST_FFMPEG: ffmpeg7 }]);

describe('videoSource with ffmpeg 7', () => {
  itNeeds(
    { 'ffmpeg 7, named by NOWCAST_TEST_FFMPEG7': ffmpeg7 !== undefined },
    'plays as with the others: the suite below runs with it, too',
    async () => {
      const { version } = await locateFfmpeg({ NOWCAST_FFMPEG: ffmpeg7 }, tmpdir());
      assert.equal(version.major, 7);
    },
  );
});

for (const [origin, env] of ORIGINS) {
  describe(`videoSource with the ffmpeg of origin "${origin}"`, function () {
    this.timeout(60_000);
    const clips = clipFolder();
    let ffmpeg: Ffmpeg;
    before(async () => {
      ffmpeg = await locateFfmpeg(env, tmpdir());
    });

    const source = (path: string, options: Partial<VideoOptions> = {}) =>
      videoSource(path, {
        streamId: 'clip',
        input: INPUT,
        pace: 'max',
        ffmpeg,
        clock: monotonicClock,
        ...options,
      });
    /** Records every event; reads each frame and releases it at once. */
    const play = async (
      path: string,
      options: Partial<VideoOptions> = {},
      look: (frame: Frame) => void = () => undefined,
    ): Promise<SourceEvent[]> => {
      const events: SourceEvent[] = [];
      await source(path, options).forEach((event) => {
        events.push(event);
        if (!isFrame(event)) return;
        look(event);
        event.release();
      });
      return events;
    };
    const firstFrame = async (path: string, look: (frame: Frame) => void): Promise<void> => {
      const [frame] = (await play(path, { maxFrames: 1 }, look)).filter(isFrame);
      assert.ok(frame !== undefined);
    };

    itNeeds(NEEDS_FFMPEG, `uses the ffmpeg of that origin`, () => {
      assert.equal(ffmpeg.origin, origin);
    });

    itNeeds(NEEDS_FFMPEG, 'emits every frame in order, and reports its start and its end', async () => {
      let info: VideoInfo = {};
      const events = await play(clips.make(...pattern('160x120', 10, 2), '-c:v', 'libx264', 'plain.mp4'), {
        onInfo: (value) => {
          info = value;
        },
      });
      assert.deepEqual(info, { format: 'mov,mp4,m4a,3gp,3g2,mj2', durationMs: 2000, fps: 10, expectedFrames: 20 });
      assert.deepEqual(
        events.filter(isFrame).map(({ seq, ptsMs }) => [seq, ptsMs]),
        Array.from({ length: 20 }, (_, i) => [i, i * 100]),
      );
      assert.deepEqual(
        events.filter(isStatus).map(({ state, message }) => [state, message]),
        [
          ['streaming', '160x120, 10 fps, 2.0 s'],
          ['ended', '20 frames, up to 1.9 s'],
        ],
      );
      assert.equal(events[0].type, 'status');
      for (const frame of events.filter(isFrame)) assert.ok(frame.capturedAtMs <= frame.readyAtMs);
    });

    itNeeds(NEEDS_FFMPEG, 'gives exact presentation times at a variable frame rate', async () => {
      const wantedMs = Array.from({ length: 40 }, (_, n) => n * 40 + ((n * n) % 7) * 3);
      const path = clips.make(
        ...pattern('160x120', 30, 1.34),
        '-vf',
        "settb=1/90000,setpts='(N*40+mod(N*N,7)*3)*90'",
        '-frames:v',
        '40',
        '-fps_mode',
        'passthrough',
        '-enc_time_base',
        '1:90000',
        '-c:v',
        'libx264',
        '-bf',
        '2',
        '-video_track_timescale',
        '90000',
        'vfr.mp4',
      );
      const events = await play(path);
      assert.deepEqual(
        events.filter(isFrame).map(({ ptsMs }) => ptsMs),
        wantedMs,
      );
    });

    itNeeds(NEEDS_FFMPEG, 'gives presentation times to the microsecond if the time base is coarser', async () => {
      const events = await play(
        clips.make(...pattern('160x120', 24, 1), '-r', '24000/1001', '-c:v', 'libx264', 'ntsc.mp4'),
      );
      for (const { seq, ptsMs } of events.filter(isFrame))
        assert.equal(Math.round(ptsMs * 1000), Math.round((seq * 1001 * 1e6) / 24000));
    });

    const sources: [string, string, string[]][] = [
      ['an odd size', '333x127', ['-c:v', 'ffv1', '-pix_fmt', 'gbrp', 'odd.mkv']],
      [
        'an odd size with halved chroma',
        '333x127',
        ['-vf', 'scale=flags=full_chroma_inp', '-c:v', 'ffv1', '-pix_fmt', 'yuv420p', 'odd420.mkv'],
      ],
      ['a tall picture', '50x400', ['-c:v', 'ffv1', '-pix_fmt', 'gbrp', 'tall.mkv']],
      ['a tiny picture', '4x2', ['-c:v', 'ffv1', '-pix_fmt', 'gbrp', 'tiny.mkv']],
      ['exactly the input', '96x64', ['-c:v', 'ffv1', '-pix_fmt', 'gbrp', 'same.mkv']],
      ['10 bits', '192x100', ['-c:v', 'libx264', '-pix_fmt', 'yuv420p10le', '-qp', '1', 'ten.mkv']],
      ['alpha', '192x100', ['-c:v', 'qtrle', '-pix_fmt', 'argb', 'alpha.mov']],
      [
        'an HDR transfer',
        '192x100',
        [
          '-c:v',
          'libx265',
          '-x265-params',
          'log-level=error:crf=1',
          '-pix_fmt',
          'yuv420p10le',
          '-color_trc',
          'smpte2084',
          '-color_primaries',
          'bt2020',
          'hdr.mkv',
        ],
      ],
      ['pixels that are not square', '192x100', ['-c:v', 'ffv1', '-pix_fmt', 'gbrp', '-aspect', '3:1', 'sar.mkv']],
      ['full range', '192x100', ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj444p', '-q:v', '1', 'full.mkv']],
      ['no colour', '192x100', ['-c:v', 'ffv1', '-pix_fmt', 'gray', 'gray.mkv']],
    ];
    for (const [what, size, output] of sources) {
      itNeeds(NEEDS_FFMPEG, `letterboxes ${what} by YOLOX's rule, in planes B, G, R`, async () => {
        const path = clips.make('-f', 'lavfi', '-i', `color=c=0xE02040:s=${size}:r=5:d=0.4,format=gbrp`, ...output);
        const [codedWidth, height] = size.split('x').map(Number);
        // An aspect of 3:1, in square pixels.
        const width = output.includes('-aspect') ? 3 * height : codedWidth;
        const wanted = letterbox({ width, height }, INPUT);
        await firstFrame(path, (frame) => {
          assert.deepEqual([frame.picture.size, frame.picture.fit], [{ width, height }, wanted]);
          const { contentWidth, contentHeight } = wanted;
          const colour = pixel(frame, INPUT, 0, 0);
          const isGrey = output.includes('gray');
          for (const [i, value] of [0x40, 0x20, 0xe0].entries())
            assert.ok(isGrey || Math.abs(colour[i] - value) <= 4, `BGR is ${colour.join()}`);
          const last = pixel(frame, INPUT, contentWidth - 1, contentHeight - 1);
          for (let i = 0; i < 3; i++) assert.ok(Math.abs(last[i] - colour[i]) <= 2, `the far corner is ${last.join()}`);
          if (contentWidth < INPUT.width) assert.deepEqual(pixel(frame, INPUT, contentWidth, 0), [114, 114, 114]);
          if (contentHeight < INPUT.height) assert.deepEqual(pixel(frame, INPUT, 0, contentHeight), [114, 114, 114]);
        });
      });
    }

    const formats: readonly PictureFormat[] = [
      { ...INPUT, channels: 'rgb', fit: 'stretch' },
      { ...INPUT, channels: 'rgb', padValue: 0 },
      { ...INPUT, position: 'centre', padValue: 7 },
    ];
    for (const format of formats) {
      itNeeds(NEEDS_FFMPEG, `lays pictures out by the detector's format: ${JSON.stringify(format)}`, async () => {
        const path = clips.make(
          '-f',
          'lavfi',
          '-i',
          'color=c=0xE02040:s=100x97:r=5:d=0.4,format=gbrp',
          '-pix_fmt',
          'yuv420p',
          '-c:v',
          'ffv1',
          'format.mkv',
        );
        let looked = false;
        await play(path, { maxFrames: 1, input: format }, (frame) => {
          looked = true;
          const fit = fitPicture({ width: 100, height: 97 }, format);
          assert.deepEqual(frame.picture.fit, fit);
          const bgr = [0x40, 0x20, 0xe0];
          const wanted = format.channels === 'rgb' ? bgr.reverse() : bgr;
          const [right, bottom] = [fit.padX + fit.contentWidth - 1, fit.padY + fit.contentHeight - 1];
          for (const [x, y] of [
            [fit.padX, fit.padY],
            [right, bottom],
          ]) {
            for (const [i, value] of pixel(frame, INPUT, x, y).entries())
              assert.ok(Math.abs(value - wanted[i]) <= 4, `plane ${i} at ${x},${y} is ${value}`);
          }
          if (right + 1 < INPUT.width)
            assert.deepEqual(
              pixel(frame, INPUT, right + 1, 0),
              Array.from({ length: 3 }, () => format.padValue),
            );
          if (fit.padX > 0)
            assert.deepEqual(
              pixel(frame, INPUT, fit.padX - 1, 0),
              Array.from({ length: 3 }, () => format.padValue),
            );
        });
        assert.ok(looked);
      });
    }

    itNeeds(NEEDS_FFMPEG, 'rotates a picture by its metadata', async () => {
      clips.make(...pattern('160x90', 5, 1), '-c:v', 'libx264', 'lying.mp4');
      const path = clips.make(
        '-i',
        clips.path('lying.mp4'),
        '-c',
        'copy',
        '-metadata:s:v',
        'rotate=90',
        'standing.mp4',
      );
      await firstFrame(path, ({ picture }) => assert.deepEqual(picture.size, { width: 90, height: 160 }));
    });

    itNeeds(NEEDS_FFMPEG, 'states the size of every frame when it changes mid-stream', async () => {
      const sizes = ['160x120', '320x240', '320x120'];
      const parts = sizes.map((size, i) =>
        readFileSync(clips.make(...pattern(size, 10, 1), '-c:v', 'libx264', '-bf', '2', `part${i}.ts`)),
      );
      writeFileSync(clips.path('sizes.ts'), Buffer.concat(parts));
      const events = await play(clips.path('sizes.ts'));
      const frames = events.filter(isFrame);
      assert.deepEqual(
        frames.map(
          ({
            picture: {
              size: { width, height },
            },
          }) => `${width}x${height}`,
        ),
        sizes.flatMap((size) => Array.from({ length: 10 }, () => size)),
      );
      for (const {
        picture: { size, fit },
      } of frames)
        assert.deepEqual(fit, letterbox(size, INPUT));
      assert.deepEqual(
        events
          .filter(isStatus)
          .map(({ message }) => message)
          .slice(1, 3),
        ['the picture is now 320x240', 'the picture is now 320x120'],
      );
    });

    itNeeds(NEEDS_FFMPEG, 'waits for a slow consumer at maximum pace and loses nothing', async () => {
      const path = clips.make(...pattern('160x120', 50, 2), '-c:v', 'ffv1', 'many.mkv');
      const held: Frame[] = [];
      const seen = new Set<string>();
      const events = await new Promise<SourceEvent[]>((resolve, reject) => {
        const all: SourceEvent[] = [];
        source(path, { slots: 3 }).subscribe({
          next(event) {
            all.push(event);
            if (!isFrame(event)) return;
            held.push(event);
            assert.ok(held.length <= 3);
            setImmediate(() =>
              setImmediate(() => {
                const frame = held.shift()!;
                // The test pattern moves and is coded without loss: every picture differs, so a picture overwritten
                // while held would show.
                seen.add(createHash('sha256').update(frame.picture.image).digest('hex'));
                frame.release();
              }),
            );
          },
          error: reject,
          complete: () => resolve(all),
        });
      });
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      assert.deepEqual(
        events.filter(isFrame).map(({ seq }) => seq),
        Array.from({ length: 100 }, (_, i) => i),
      );
      assert.equal(seen.size, 100);
    });

    itNeeds(
      NEEDS_FFMPEG,
      'continues in real time while the consumer holds all memory, and accounts for every frame',
      async () => {
        const path = clips.make(...pattern('160x120', 50, 1), '-c:v', 'libx264', 'clock.mp4');
        const events = await lastValueFrom(source(path, { pace: 'source', slots: 2 }).pipe(toArray()));
        const accounted = events.filter((event) => isFrame(event) || isDrop(event));
        assert.deepEqual(
          accounted.map(({ seq }) => seq),
          Array.from({ length: 50 }, (_, i) => i),
        );
        assert.equal(events.filter(isFrame).length, 2);
        assert.ok(events.filter(isDrop).every(({ reason }) => reason === 'superseded'));
        const start = accounted[0].capturedAtMs;
        for (const { seq, capturedAtMs } of accounted) assert.ok(Math.abs(capturedAtMs - start - seq * 20) < 1e-6);
      },
    );

    itNeeds(NEEDS_FFMPEG, 'ends after maxFrames', async () => {
      const events = await play(clips.make(...pattern('160x120', 10, 2), '-c:v', 'libx264', 'limit.mp4'), {
        maxFrames: 7,
      });
      assert.equal(events.filter(isFrame).length, 7);
      assert.equal(events.filter(isStatus).at(-1)!.state, 'ended');
    });

    itNeeds(NEEDS_FFMPEG, 'plays a file at another speed', async () => {
      const infos: VideoInfo[] = [];
      const path = clips.make(...pattern('160x120', 10, 1), '-c:v', 'libx264', 'speed.mp4');
      const events = await play(path, { inputOptions: ['-itsscale', '0.25'], onInfo: (info) => infos.push(info) });
      assert.deepEqual(
        events.filter(isFrame).map(({ ptsMs }) => ptsMs),
        Array.from({ length: 10 }, (_, i) => i * 25),
      );
      assert.deepEqual(
        infos.map(({ durationMs, expectedFrames }) => [durationMs, expectedFrames]),
        [[undefined, 10]],
      );
    });

    itNeeds(NEEDS_FFMPEG, 'finds no damage in a file that was trimmed without re-encoding', async () => {
      clips.make(
        ...pattern('160x120', 25, 8),
        '-c:v',
        'libx264',
        '-g',
        '50',
        '-x264-params',
        'open-gop=1:bframes=3',
        'untrimmed.mp4',
      );
      const path = clips.make('-ss', '3.1', '-i', clips.path('untrimmed.mp4'), '-c', 'copy', 'trimmed.mp4');
      const frames = (await play(path)).filter(isFrame);
      assert.ok(frames.length > 100);
      assert.deepEqual(
        frames.filter(({ corrupt }) => corrupt),
        [],
      );
    });

    itNeeds(NEEDS_FFMPEG, 'emits the readable part of a truncated file, and states how far it got', async () => {
      const whole = readFileSync(
        clips.make(...pattern('160x120', 10, 5), '-c:v', 'libx264', '-g', '10', '-movflags', '+faststart', 'whole.mp4'),
      );
      writeFileSync(clips.path('cut.mp4'), whole.subarray(0, whole.length / 2));
      const events = await play(clips.path('cut.mp4'));
      const count = events.filter(isFrame).length;
      assert.ok(count >= 10 && count < 40, `${count} frames`);
      const { state, message } = events.filter(isStatus).at(-1)!;
      assert.equal(state, 'failed');
      assert.match(
        message!,
        new RegExp(`^cut off or damaged after ${count} frames, up to \\d\\.\\d s of 5\\.0 s; ffmpeg says: `),
      );
    });

    const refusals: [string, () => string, string, RegExp][] = [
      ['is not there', () => clips.path('nothing.mp4'), 'NOWCAST_SOURCE_MISSING', /there is no file ".*nothing\.mp4"/],
      ['is a folder', () => clips.path(''), 'NOWCAST_SOURCE_FOLDER', /is a folder/],
      [
        'is empty',
        () => {
          writeFileSync(clips.path('empty.mp4'), '');
          return clips.path('empty.mp4');
        },
        'NOWCAST_SOURCE_EMPTY',
        /is empty \(0 bytes\)/,
      ],
      [
        'is text with the name of a video',
        () => {
          writeFileSync(clips.path('text.mp4'), 'no video\n'.repeat(500));
          return clips.path('text.mp4');
        },
        'NOWCAST_SOURCE_NOT_VIDEO',
        /is not a video, or it is truncated/,
      ],
      [
        'is text',
        () => {
          writeFileSync(clips.path('text.txt'), 'no video\n'.repeat(500));
          return clips.path('text.txt');
        },
        'NOWCAST_SOURCE_NOT_VIDEO',
        /is not a video that ffmpeg can read \(it is text\)/,
      ],
      [
        'is noise',
        () => {
          writeFileSync(
            clips.path('noise.bin'),
            Uint8Array.from({ length: 5000 }, (_, i) => (i * i * 31) >> 3),
          );
          return clips.path('noise.bin');
        },
        'NOWCAST_SOURCE_NOT_VIDEO',
        /is not a video that ffmpeg can read \(ffmpeg says: .*Invalid data/,
      ],
      [
        'has only sound',
        () => clips.make('-f', 'lavfi', '-i', 'sine=d=1', 'sound.m4a'),
        'NOWCAST_SOURCE_NO_VIDEO',
        /holds no video, only sound/,
      ],
      [
        'is truncated before its index',
        () => {
          const whole = readFileSync(clips.make(...pattern('160x120', 10, 2), '-c:v', 'libx264', 'end.mp4'));
          writeFileSync(clips.path('noindex.mp4'), whole.subarray(0, whole.length / 2));
          return clips.path('noindex.mp4');
        },
        'NOWCAST_SOURCE_NOT_VIDEO',
        /is not a video, or it is truncated: it lacks its index/,
      ],
    ];
    for (const [what, path, code, message] of refusals) {
      itNeeds(NEEDS_FFMPEG, `refuses a file that ${what}`, async () => {
        await assert.rejects(play(path()), { code, message });
      });
    }

    itNeeds(NEEDS_FFMPEG, 'reads a name with spaces, quotes, a colon and characters special to ffmpeg', async () => {
      const plain = clips.make(...pattern('160x120', 10, 0.3), '-c:v', 'libx264', 'plain2.mp4');
      for (const name of ["it's 50%d: a [b] #c.mp4", '-dash.mp4', 'http:not.mp4']) {
        writeFileSync(clips.path(name), readFileSync(plain));
        assert.equal((await play(clips.path(name))).filter(isFrame).length, 3);
      }
    });

    itNeeds(NEEDS_FFMPEG, 'reports that ffmpeg could not be started', async () => {
      const path = clips.make(...pattern('160x120', 10, 0.3), '-c:v', 'libx264', 'plain3.mp4');
      await assert.rejects(play(path, { ffmpeg: { ...ffmpeg, path: '/nowhere/ffmpeg' } }), {
        name: 'SourceError',
        message: /ENOENT/,
      });
    });

    itNeeds(NEEDS_FFMPEG, 'plays from the beginning for each subscriber', async () => {
      const clip = source(clips.make(...pattern('160x120', 10, 0.5), '-c:v', 'libx264', 'twice.mp4'), { slots: 5 });
      for (let i = 0; i < 2; i++) {
        const [, first] = await lastValueFrom(clip.pipe(take(2), toArray()));
        assert.deepEqual([first.type, isFrame(first) && first.seq], ['frame', 0]);
      }
    });
  });
}
