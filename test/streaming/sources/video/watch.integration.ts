import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, tap, toArray, VirtualTimeScheduler, type Observable } from 'rxjs';
import type { SourceEvent } from '../../../../src/core/events.js';
import type { Frame } from '../../../../src/core/frame.js';
import { locateFfmpeg, type Ffmpeg } from '../../../../src/streaming/ffmpeg/binary.js';
import { videoSource, type VideoOptions } from '../../../../src/streaming/sources/video/video.js';
import { clipFolder, NEEDS_FFMPEG, pattern } from '../../../helpers/clips.js';
import { monotonicClock } from '../../../helpers/monotonic.js';
import { itNeeds } from '../../../helpers/needs.js';
import { temporaryFolder } from '../../../helpers/temporary.js';

const FRAMES = 6;

describe("the watch over a video's decoder", function () {
  this.timeout(60_000);
  const clips = clipFolder();
  const folder = temporaryFolder();
  let ffmpeg: Ffmpeg;
  before(async () => {
    ffmpeg = await locateFfmpeg(process.env, tmpdir());
  });

  /** An ffmpeg that runs a line of shell where it would decode. */
  const withDecoder = (line: string): Ffmpeg => {
    const path = join(folder(), 'ffmpeg');
    const lines = [
      '#!/bin/sh',
      `ffmpeg="${ffmpeg.path}"`,
      'case "$*" in',
      `*pipe:1*) ${line};;`,
      '*) exec "$ffmpeg" "$@";;',
    ];
    writeFileSync(path, [...lines, 'esac', ''].join('\n'));
    chmodSync(path, 0o755);
    return { ...ffmpeg, path };
  };

  const play = (options: Pick<VideoOptions, 'ffmpeg'> & Partial<VideoOptions>): Observable<SourceEvent> =>
    videoSource(clips.make(...pattern('160x120', 10, FRAMES / 10), 'clip.mp4'), {
      streamId: 'clip',
      input: { width: 96, height: 64 },
      pace: 'max',
      clock: monotonicClock,
      ...options,
    });

  itNeeds(NEEDS_FFMPEG, 'ends a decoder that hangs after its last picture, and says how far it got', async () => {
    const scheduler = new VirtualTimeScheduler();
    const source = play({ ffmpeg: withDecoder('"$ffmpeg" "$@"; exec sleep 1000'), scheduler });
    let count = 0;
    const events = await lastValueFrom(
      source.pipe(
        tap((event) => {
          if (event.type !== 'frame') return;
          event.release();
          // Nothing else will come: time may pass.
          if (++count === FRAMES) setImmediate(() => scheduler.flush());
        }),
        toArray(),
      ),
    );
    equal(count, FRAMES);
    const last = events.at(-1);
    equal(last?.type === 'status' && last.state, 'failed');
    match(last?.type === 'status' ? (last.message ?? '') : '', /gives no picture for 30 s, after 6 frames/);
  });

  itNeeds(NEEDS_FFMPEG, 'ends a decoder that never gives a picture', async () => {
    const scheduler = new VirtualTimeScheduler();
    const source = play({ ffmpeg: withDecoder('exec sleep 1000'), scheduler });
    const result = lastValueFrom(source.pipe(toArray()));
    // The first look is scheduled when the file has been checked.
    const flush = (): void => {
      if (scheduler.actions.length > 0) scheduler.flush();
      else setImmediate(flush);
    };
    flush();
    await rejects(result, /clip.mp4" cannot be read: the decoder gives no picture for 30 s/);
  });

  itNeeds(NEEDS_FFMPEG, 'waits for a consumer that holds all pictures', async () => {
    const scheduler = new VirtualTimeScheduler();
    const source = play({ ffmpeg, scheduler, slots: 2 });
    const held: Frame[] = [];
    const events = await lastValueFrom(
      source.pipe(
        tap((event) => {
          if (event.type !== 'frame') return;
          held.push(event);
          if (held.length < 2) return;
          setImmediate(() => {
            // Longer than the watch's patience.
            scheduler.maxFrames = scheduler.now() + 60_000;
            scheduler.flush();
            for (const frame of held.splice(0)) frame.release();
          });
        }),
        toArray(),
      ),
    );
    deepEqual(events.filter(({ type }) => type === 'frame').length, FRAMES);
  });
});
