import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { CodedCopy, type CopiedPicture } from '../../../src/streaming/ffmpeg/coded-copy.js';
import { copyArguments } from '../../../src/streaming/ffmpeg/arguments.js';
import { clipFolder, NEEDS_FFMPEG, pattern, presentationTimes } from '../../helpers/clips.js';
import { itNeeds } from '../../helpers/needs.js';

const ENCODERS = {
  h264: ['-c:v', 'libx264'],
  h265: ['-c:v', 'libx265', '-x265-params', 'log-level=error:open-gop=0'],
} as const;

describe("coded pictures in ffmpeg's copy", function () {
  this.timeout(60_000);
  const clips = clipFolder();
  const copyOf = (path: string): CopiedPicture[] => {
    const args = copyArguments(path, [], false).map((word) => (word === 'pipe:3' ? 'pipe:1' : word));
    const nut = execFileSync('ffmpeg', args, { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 28 });
    const pictures: CopiedPicture[] = [];
    const copy = new CodedCopy({ onPicture: (one) => pictures.push(one), onNone: (why) => assert.fail(why) });
    for (let at = 0; at < nut.length; at += 1000) copy.push(nut.subarray(at, at + 1000));
    return pictures;
  };

  for (const codec of ['h264', 'h265'] as const)
    for (const container of ['ts', 'mkv', 'mp4'] as const)
      itNeeds(
        NEEDS_FFMPEG,
        `are Annex B of ${codec} with its times, whole from each key picture on: .${container}`,
        () => {
          const name = `${codec}.${container}`;
          const clip = clips.make(...pattern('160x120', 25, 2), ...ENCODERS[codec], '-g', '10', '-bf', '2', name);
          const pictures = copyOf(clip);
          const timesUs = presentationTimes(clip).map((seconds) => Math.round(seconds * 1e6));
          const startUs = Math.min(...timesUs);
          const shown = pictures.map(({ ptsUs }) => ptsUs).sort((a, b) => a - b);
          assert.equal(shown.length, timesUs.length);
          shown.forEach((us, i) => assert.ok(Math.abs(us - (timesUs[i] - startUs)) <= 2, `${us} at ${i}`));
          assert.ok(pictures.filter(({ isKey }) => isKey).length >= 5);
          // From its last key picture on, a decoder needs nothing from before.
          const from = pictures.findLastIndex(({ isKey }) => isKey);
          const raw = Buffer.concat(pictures.slice(from).map(({ data }) => data));
          const format = codec === 'h264' ? 'h264' : 'hevc';
          const hashes = (args: readonly string[], input?: Buffer): string[] =>
            execFileSync('ffmpeg', ['-v', 'error', ...args, '-f', 'framemd5', '-'], { input, encoding: 'utf8' })
              .split('\n')
              .filter((line) => /^\d/.test(line))
              .map((line) => line.split(',').at(-1)!);
          const decoded = hashes(['-f', format, '-i', 'pipe:0'], raw);
          assert.equal(decoded.length, pictures.length - from);
          assert.deepEqual(decoded, hashes(['-i', clip]).slice(-decoded.length));
        },
      );
});
