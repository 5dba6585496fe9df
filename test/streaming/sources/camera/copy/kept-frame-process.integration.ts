import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { FILES } from '../../../../../src/streaming/ffmpeg/needs.js';
import { keptFrameProcess } from '../../../../../src/streaming/sources/camera/copy/kept-frame-process.js';
import { locateFfmpeg } from '../../../../../src/streaming/ffmpeg/binary.js';
import { clipFolder, NEEDS_FFMPEG, pattern, presentationTimes } from '../../../../helpers/clips.js';
import { itNeeds } from '../../../../helpers/needs.js';
import { children } from '../../../../helpers/processes.js';

const INPUT = { width: 160, height: 160 } as const;

describe('kept frame process', function () {
  this.timeout(60_000);
  const clips = clipFolder();

  for (const restamps of [false, true]) {
    itNeeds(
      NEEDS_FFMPEG,
      `gives each picture its exact time in the copy, ${restamps ? 'with invented decoding times' : 'unchanged'}`,
      async () => {
        const url = clips.make(
          ...pattern('160x120', 25, 2),
          '-f',
          'lavfi',
          '-i',
          'sine=d=2',
          '-c:v',
          'libx264',
          '-bf',
          '2',
          '-muxdelay',
          '0.7',
          'sound.ts',
        );
        const pictureTimesMs: number[] = [];
        const pieces: Uint8Array[] = [];
        const end = await keptFrameProcess({
          ffmpeg: await locateFfmpeg(process.env, ''),
          url,
          inputOptions: [],
          needs: FILES,
          input: INPUT,
          restamps,
          getTarget: () => undefined,
          onPicture: ({ ptsUs }) => pictureTimesMs.push(ptsUs / 1_000),
          onCopied: (piece) => pieces.push(piece),
        }).closed;
        assert.deepEqual([end.code, end.pictureCount, end.errors], [0, 50, []]);
        const copy = clips.path('copy.nut');
        writeFileSync(copy, Buffer.concat(pieces));
        assert.deepEqual(
          presentationTimes(copy).map((seconds) => Math.round(seconds * 1e6) / 1_000),
          pictureTimesMs,
        );
        assert.deepEqual(children(), []);
      },
    );
  }

  itNeeds(NEEDS_FFMPEG, 'makes the copy wait for a slow decoder, and loses none of it', async () => {
    // About 19 MB, which is copied much faster than decoded.
    const url = clips.make(
      ...pattern('640x480', 25, 2),
      '-c:v',
      'rawvideo',
      '-pix_fmt',
      'yuv420p',
      '-f',
      'nut',
      'large.nut',
    );
    let copiedBytes = 0;
    let pictureCount = 0;
    const leads: number[] = [];
    const end = await keptFrameProcess({
      ffmpeg: await locateFfmpeg(process.env, ''),
      url,
      inputOptions: [],
      needs: FILES,
      input: INPUT,
      restamps: false,
      getTarget: () => undefined,
      onPicture: () => {
        pictureCount += 1;
        leads.push(copiedBytes - pictureCount * 640 * 480 * 1.5);
      },
      onCopied: (piece) => {
        copiedBytes += piece.length;
      },
    }).closed;
    assert.deepEqual([end.code, pictureCount], [0, 50]);
    // The limit, plus the buffers of two ffmpegs and two pipes.
    assert.ok(Math.max(...leads) < 12e6, String(Math.max(...leads)));
    assert.deepEqual(children(), []);
  });

  itNeeds(NEEDS_FFMPEG, 'leaves no ffmpeg behind when it is stopped while the copy waits', async () => {
    const url = clips.make(
      ...pattern('640x480', 25, 2),
      '-c:v',
      'rawvideo',
      '-pix_fmt',
      'yuv420p',
      '-f',
      'nut',
      'held.nut',
    );
    let copiedBytes = 0;
    const pictures = keptFrameProcess({
      ffmpeg: await locateFfmpeg(process.env, ''),
      url,
      inputOptions: [],
      needs: FILES,
      input: INPUT,
      restamps: false,
      getTarget: () => undefined,
      onPicture: () => undefined,
      onCopied: (piece) => {
        copiedBytes += piece.length;
        // More than a decoder and its pipe hold, so that the rest waits.
        if (copiedBytes > 10e6) void pictures.stop();
      },
    });
    assert.equal((await pictures.closed).stopped, true);
    assert.deepEqual(children(), []);
  });

  itNeeds(NEEDS_FFMPEG, 'ends with the message of the ffmpeg that cannot read the camera', async () => {
    const end = await keptFrameProcess({
      ffmpeg: await locateFfmpeg(process.env, ''),
      url: clips.path('absent.ts'),
      inputOptions: [],
      needs: FILES,
      input: INPUT,
      restamps: false,
      getTarget: () => undefined,
      onPicture: () => undefined,
      onCopied: () => undefined,
    }).closed;
    assert.match(end.errors.join(), /absent\.ts: No such file/);
    assert.deepEqual(children(), []);
  });

  itNeeds(NEEDS_FFMPEG, 'leaves no ffmpeg behind when it is stopped', async () => {
    const url = clips.make(...pattern('160x120', 25, 2), '-c:v', 'libx264', 'stopped.ts');
    let told: (() => void) | undefined;
    const first = new Promise<void>((resolve) => {
      told = resolve;
    });
    const pictures = keptFrameProcess({
      ffmpeg: await locateFfmpeg(process.env, ''),
      url,
      inputOptions: ['-re'],
      needs: FILES,
      input: INPUT,
      restamps: false,
      getTarget: () => undefined,
      onPicture: () => told?.(),
      onCopied: () => undefined,
    });
    await first;
    await pictures.stop();
    assert.equal((await pictures.closed).stopped, true);
    assert.deepEqual(children(), []);
  });
});
