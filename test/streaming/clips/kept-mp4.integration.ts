import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { UnitCodec } from '../../../src/core/coded-unit.js';
import { KeptFolder } from '../../../src/files/kept-folder.js';
import { KeptMp4 } from '../../../src/streaming/clips/kept-mp4.js';
import type { Mp4Form } from '../../../src/streaming/clips/mp4-writer.js';
import { locateFfmpeg } from '../../../src/streaming/ffmpeg/binary.js';
import { NEEDS_FFMPEG, presentationTimes } from '../../helpers/clips.js';
import { codedClip, decodedPictures, type CodedClipOptions } from '../../helpers/coded-clip.js';
import { itNeeds } from '../../helpers/needs.js';
import { temporaryFolder } from '../../helpers/temporary.js';
import { mountTinyDisk } from '../../helpers/tiny-disk.js';
import { INTERVAL_MS, unitsOf } from './units-of-clip.js';

/** Checksums of the pictures of a video, in the order in which they are shown. */
function picturesOf(...input: readonly string[]): string[] {
  const printed = execFileSync('ffmpeg', ['-nostdin', '-v', 'error', ...input, '-f', 'framemd5', '-'], {
    encoding: 'utf8',
  });
  return printed
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(',').at(-1)!.trim());
}

describe('a video of kept units', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const told: string[] = [];
  let kept: KeptFolder | undefined;
  beforeEach(() => told.splice(0));
  afterEach(() => kept?.close());
  const open = async (at: string): Promise<KeptFolder> =>
    (kept = await KeptFolder.open({
      folder: at,
      isOwn: () => true,
      retention: { maxAgeMs: Infinity, maxBytes: Infinity },
      clock: { now: () => 0, toUnixMs: () => Date.now() },
      onFailure: ({ message }) => told.push(message),
      onHealed: () => told.push('healed'),
    }));

  for (const [codec, options, form] of [
    ['h264', {}, 'short'],
    ['h264', {}, 'long'],
    ['h264', { bPictures: 2 }, 'short'],
    ['h264', { bPictures: 2 }, 'long'],
    ['h265', { bPictures: 2 }, 'short'],
    ['h264', { bPictures: 3, fps: 5, seconds: 10 }, 'short'],
    ['h264', { bPictures: 3, fps: 5, seconds: 10 }, 'long'],
    ['h265', { bPictures: 3, fps: 5, seconds: 10 }, 'long'],
    ['h264', { bPictures: 3, fps: 1, seconds: 50 }, 'long'],
    ['mjpeg', {}, 'short'],
  ] as const satisfies [UnitCodec, CodedClipOptions, Mp4Form][])
    itNeeds(
      NEEDS_FFMPEG,
      `has the pictures of ${codec} ${JSON.stringify(options)} and their times, in a ${form} file`,
      async () => {
        const files = await open(join(folder(), 'kept'));
        const path = files.pathOf('front', 'a.mp4');
        const ffmpeg = await locateFfmpeg(process.env, join(folder(), 'cache'));
        const video = new KeptMp4({ folder: files, path, ffmpeg, codec, form });
        const clip: CodedClipOptions = { seconds: 2, ...options };
        const units = unitsOf(codec, clip);
        assert.ok(units.every((unit) => video.write(unit)));
        assert.equal(await video.end(), true);
        assert.deepEqual([readdirSync(dirname(path)), statSync(path).mode & 0o777], [['a.mp4'], 0o600]);
        const times = presentationTimes(path);
        assert.equal(times.length, 50);
        const intervalS = 1 / (clip.fps ?? 1000 / INTERVAL_MS);
        times.forEach((atS, i) => assert.ok(Math.abs(atS - i * intervalS) < 0.001, `${atS} at ${i}`));
        assert.deepEqual(picturesOf('-i', path), decodedPictures(codec, codedClip(codec, clip)));
      },
    );

  for (const form of ['short', 'long'] as const)
    itNeeds(NEEDS_FFMPEG, `begins at 0 with two pictures alone, in a ${form} file`, async () => {
      const files = await open(join(folder(), 'kept'));
      const path = files.pathOf('front', 'a.mp4');
      const ffmpeg = await locateFfmpeg(process.env, join(folder(), 'cache'));
      const video = new KeptMp4({ folder: files, path, ffmpeg, codec: 'h264', form });
      for (const unit of unitsOf('h264', {}).slice(0, 2)) video.write(unit);
      assert.equal(await video.end(), true);
      assert.deepEqual(presentationTimes(path), [0, INTERVAL_MS / 1000]);
    });

  itNeeds(NEEDS_FFMPEG, 'leaves nothing of a file that does not fit on the disk, and says so once', async function () {
    const unmount = mountTinyDisk(join(folder(), 'kept'), 64);
    if (unmount === undefined) return this.skip();
    try {
      const files = await open(join(folder(), 'kept'));
      const ffmpeg = await locateFfmpeg(process.env, join(folder(), 'cache'));
      const units = unitsOf('mjpeg', { seconds: 2 });
      for (const name of ['a.mp4', 'b.mp4']) {
        const path = files.pathOf('front', name);
        const video = new KeptMp4({ folder: files, path, ffmpeg, codec: 'mjpeg', form: 'short' });
        for (const unit of units) video.write(unit);
        assert.equal(await video.end(), false);
        assert.deepEqual(readdirSync(dirname(path)), []);
      }
      assert.equal(told.length, 1);
      assert.match(told[0], /a\.mp4: the disk is full/);
      await files.close();
    } finally {
      unmount();
    }
  });
});
