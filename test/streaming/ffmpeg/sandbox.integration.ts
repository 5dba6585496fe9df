import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SourceError, UsageError } from '../../../src/core/errors.js';
import { locateFfmpeg } from '../../../src/streaming/ffmpeg/binary.js';
import { commandLine, type FfmpegProgram } from '../../../src/streaming/ffmpeg/cage.js';
import { describeVideo } from '../../../src/streaming/ffmpeg/describe-video.js';
import { EVERYTHING, FILES, NOTHING } from '../../../src/streaming/ffmpeg/needs.js';
import { trySandbox } from '../../../src/streaming/ffmpeg/sandbox.js';
import { videoInput } from '../../../src/streaming/sources/video/video-input.js';
import { clipFolder, NEEDS_FFMPEG, pattern } from '../../helpers/clips.js';
import { itNeeds } from '../../helpers/needs.js';
import { NEEDS_SANDBOX } from '../../helpers/sandbox.js';
import { temporaryFolder } from '../../helpers/temporary.js';

describe('The sandbox of ffmpeg', function () {
  this.timeout(120_000);
  const clips = clipFolder();
  const folder = temporaryFolder();
  const script = (name: string, ...lines: string[]): string => {
    const path = join(folder(), name);
    writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
    return path;
  };
  const locate = (sandbox?: 'auto' | 'required' | 'off', env = {}) =>
    locateFfmpeg({ ...process.env, ...env }, '', sandbox);

  itNeeds(NEEDS_SANDBOX, 'is used as far as this machine allows it, by default', async () => {
    const { sandbox } = await locate(undefined, { NOWCAST_FFMPEG_SANDBOX: '' });
    assert.deepEqual([sandbox?.cutsNetwork, sandbox?.hidesFiles, sandbox?.lacks], [true, true, undefined]);
    assert.deepEqual((await locate('required')).sandbox, sandbox);
  });

  itNeeds(NEEDS_FFMPEG, 'is off on demand, by the environment where nothing else is said', async () => {
    assert.equal((await locate('off')).sandbox, undefined);
    assert.equal((await locate(undefined, { NOWCAST_FFMPEG_SANDBOX: 'off' })).sandbox, undefined);
    await assert.rejects(
      locate(undefined, { NOWCAST_FFMPEG_SANDBOX: 'on' }),
      (error) =>
        error instanceof UsageError &&
        error.message === 'NOWCAST_FFMPEG_SANDBOX is "on"; it must be one of auto, required, off',
    );
  });

  itNeeds(
    NEEDS_SANDBOX,
    'is absent where the system refuses it, and no word of that is in the log of ffmpeg',
    async () => {
      const { path } = await locate('off');
      const unshare = script('unshare', 'echo "unshare: unshare failed: Operation not permitted" >&2', 'exit 1');
      const ffmpeg = { path, sandbox: await trySandbox(path, unshare) };
      assert.deepEqual([ffmpeg.sandbox.cutsNetwork, ffmpeg.sandbox.hidesFiles], [false, false]);
      assert.equal(
        ffmpeg.sandbox.lacks,
        `files cannot be hidden from ${path} (unshare: unshare failed: Operation not permitted) and ` +
          `${path} cannot be cut off from the network (unshare: unshare failed: Operation not permitted)`,
      );
      for (const needs of [FILES, NOTHING])
        assert.deepEqual(commandLine(ffmpeg, ['-version'], needs), commandLine({ path }, ['-version'], needs));
      const clip = clips.make(...pattern('64x64', 25, 1), '-c:v', 'libx264', 'clip.mp4');
      assert.equal((await describeVideo(ffmpeg, videoInput(clip), undefined)).durationMs, 1000);
    },
  );

  itNeeds(NEEDS_SANDBOX, 'cuts the network off from an ffmpeg that does not start without its files', async () => {
    const lib = script('lib', `exec ${(await locate('off')).path} "$@"`);
    const path = script('ffmpeg', `. ${lib}`);
    const sandbox = await trySandbox(path);
    assert.deepEqual([sandbox.cutsNetwork, sandbox.hidesFiles], [true, false]);
    assert.match(sandbox.lacks ?? '', /^files cannot be hidden from \S+ \(.*lib.*\)$/);
    assert.deepEqual(commandLine({ path, sandbox }, [], NOTHING), commandLine({ path, sandbox }, [], FILES));
  });

  itNeeds(NEEDS_SANDBOX, 'is not used for an ffmpeg that it makes complain', async () => {
    const { path: real } = await locate('off');
    const path = script('ffmpeg', '[ -d /proc/self ] || echo "no /proc" >&2', `exec ${real} "$@"`);
    assert.match((await trySandbox(path)).lacks ?? '', /^files cannot be hidden from \S+ \(no \/proc\)$/);
  });

  itNeeds(NEEDS_SANDBOX, 'refuses to start without it if it is required', async () => {
    const lib = script('lib', `exec ${(await locate('off')).path} "$@"`);
    const env = { NOWCAST_FFMPEG: script('ffmpeg', `. ${lib}`) };
    await assert.rejects(
      locate('required', env),
      (error) =>
        error instanceof SourceError &&
        error.code === 'NOWCAST_SANDBOX_ABSENT' &&
        /^ffmpeg\.sandbox is "required", but files cannot be hidden .*; on Linux, install .* or set it to "auto"$/.test(
          error.message,
        ),
    );
    assert.equal((await locate('auto', env)).sandbox?.hidesFiles, false);
  });

  itNeeds(NEEDS_SANDBOX, 'gives each ffmpeg no more than it needs', async () => {
    const { sandbox, path } = await locate('auto');
    const ffmpeg: FfmpegProgram = { path, sandbox };
    const spaces = (needs: typeof NOTHING): string[] =>
      commandLine(ffmpeg, [], needs).filter((word) => /^--(?:net|mount)$/.test(word));
    assert.deepEqual(spaces(EVERYTHING), []);
    assert.deepEqual(spaces(FILES), ['--net']);
    assert.deepEqual(spaces({ network: true, files: [] }), ['--mount']);
    assert.deepEqual(spaces(NOTHING), ['--mount', '--net']);
  });
});
