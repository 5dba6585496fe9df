import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { locateFfmpeg, type Ffmpeg } from '../../../src/streaming/ffmpeg/binary.js';
import { frameArguments } from '../../../src/streaming/ffmpeg/arguments.js';
import {
  FrameProcess,
  type FrameProcessOptions,
  type FfmpegPicture,
} from '../../../src/streaming/ffmpeg/frame-process.js';
import { EVERYTHING } from '../../../src/streaming/ffmpeg/needs.js';
import { videoSource } from '../../../src/streaming/sources/video/video.js';
import { clipFolder, NEEDS_FFMPEG, pattern } from '../../helpers/clips.js';
import { monotonicClock } from '../../helpers/monotonic.js';
import { itNeeds } from '../../helpers/needs.js';
import { children, HAS_PROC, isBlockedOnPipe, openPipes, until } from '../../helpers/processes.js';

const INPUT = { width: 416, height: 416 };
const NEEDS = { ...NEEDS_FFMPEG, '/proc': HAS_PROC };

/**
 * Puts zeros in the second half of packets `from` up to `to`, in the order of the file: the decoder runs out of bits in
 * each.
 */
function emptyHalves(path: string, from: number, to: number): void {
  const printed = execFileSync(
    'ffprobe',
    ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'packet=pos,size', '-of', 'json', path],
    { encoding: 'utf8' },
  );
  const { packets } = JSON.parse(printed) as { packets: { pos: string; size: string }[] };
  const bytes = readFileSync(path);
  for (const { pos, size } of packets.slice(from, to))
    bytes.fill(0, Number(pos) + Math.floor(Number(size) / 2), Number(pos) + Number(size));
  writeFileSync(path, bytes);
}

describe('FrameProcess', function () {
  this.timeout(180_000);
  const clips = clipFolder();
  let ffmpeg: Ffmpeg;
  before(async () => {
    ffmpeg = await locateFfmpeg(process.env, tmpdir());
  });

  const start = (url: string, options: Partial<FrameProcessOptions> = {}): FrameProcess =>
    new FrameProcess({
      ffmpeg,
      args: frameArguments(ffmpeg.version, { url, input: INPUT }),
      needs: EVERYTHING,
      getTarget: (byteLength) => new Uint8Array(byteLength),
      onPicture: () => undefined,
      ...options,
    });
  const clip = (): string => clips.make(...pattern('320x240', 25, 8), '-c:v', 'libx264', 'clip.mp4');

  itNeeds(NEEDS, 'reports how ffmpeg ended', async () => {
    const pictures: FfmpegPicture[] = [];
    const end = await start(clip(), { onPicture: (picture) => pictures.push(picture) }).closed;
    const size = { width: 320, height: 240 };
    assert.deepEqual(end, {
      streams: [{ index: 0, codec: 'h264', size, fps: 25, isDefault: true, isCover: false }],
      stopped: false,
      code: 0,
      signal: null,
      pictureCount: 200,
      cutOff: false,
      errors: [],
      inputErrors: [],
      endsInPacket: false,
      reachedMs: 7960,
    });
    assert.deepEqual(
      pictures.map(({ index }) => index),
      Array.from({ length: 200 }, (_, i) => i),
    );
  });

  it('ends with the reason if this program has too many open files', function () {
    if (process.platform === 'win32') this.skip();
    const script = `
      import { openSync } from 'node:fs';
      import { FrameProcess } from '${new URL('../../../src/streaming/ffmpeg/frame-process.js', import.meta.url).href}';
      try { for (;;) openSync('/dev/null'); } catch { /* Now there are. */ }
      const started = new FrameProcess({ ffmpeg: { path: 'ffmpeg', version: { major: 5, minor: 1 } }, args: [], needs: { network: false, files: [] }, isFed: true, onCopied: () => undefined, getTarget: () => undefined, onPicture: () => undefined });
      started.write(new Uint8Array(1));
      const end = await started.finish();
      await started.stop();
      process.stdout.write(end.failure.code);`;
    const told = execFileSync(
      'sh',
      ['-c', 'ulimit -n 64; exec "$0" --input-type=module -e "$1"', process.execPath, script],
      { encoding: 'utf8' },
    );
    assert.equal(told, 'EMFILE');
  });

  itNeeds(
    { '/proc': HAS_PROC },
    'ends with the reason if the system refuses to start ffmpeg, by a throw or an event',
    async () => {
      const pipes = openPipes();
      for (const [path, code] of [
        ['/nowhere/ffmpeg', 'ENOENT'],
        ['/dev/null/ffmpeg', 'ENOTDIR'],
        ['/proc/self', 'EACCES'],
      ] as const) {
        const { failure, ...end } = await start('x', { ffmpeg: { ...ffmpeg, path } }).closed;
        assert.equal((failure as NodeJS.ErrnoException | undefined)?.code, code);
        assert.deepEqual([end.code, end.signal, end.pictureCount], [null, null, 0]);
      }
      await until(() => openPipes() <= pipes);
    },
  );

  itNeeds(NEEDS, 'ends an ffmpeg that is blocked on a full pipe', async () => {
    const waiting = start(clip(), { getTarget: () => 'wait' });
    await until(() => waiting.pid !== undefined && isBlockedOnPipe(waiting.pid));
    const end = await waiting.stop();
    assert.equal(end.stopped, true);
    assert.deepEqual(children(), []);
  });

  itNeeds(NEEDS, 'ends an ffmpeg that does not respond', async () => {
    let frozen: FrameProcess | undefined;
    await new Promise<void>((resolve) => {
      frozen = start(clip(), {
        onPicture: () => {
          process.kill(frozen!.pid!, 'SIGSTOP');
          resolve();
        },
      });
    });
    const end = await frozen!.stop();
    assert.deepEqual([end.stopped, end.signal], [true, 'SIGKILL']);
    assert.deepEqual(children(), []);
  });

  itNeeds(NEEDS, 'reports that ffmpeg was killed, after the pictures that arrived before', async () => {
    const killed: FrameProcess = start(clip(), {
      onPicture: ({ index }) => {
        if (index === 5) process.kill(killed.pid!, 'SIGKILL');
      },
    });
    const end = await killed.closed;
    assert.deepEqual([end.stopped, end.code, end.signal], [false, null, 'SIGKILL']);
    assert.ok(end.pictureCount >= 6);
  });

  itNeeds(NEEDS, 'calls no callback after stop()', async () => {
    let calls = 0;
    let stopped: FrameProcess | undefined;
    await new Promise<void>((resolve) => {
      stopped = start(clip(), {
        onPicture: () => {
          calls++;
          void stopped!.stop().then(() => resolve());
        },
      });
    });
    assert.equal(calls, 1);
  });

  itNeeds(NEEDS, 'ends ffmpeg when a callback throws', async () => {
    const end = await start(clip(), {
      onPicture: () => {
        throw new Error('no more');
      },
    }).closed;
    assert.equal(end.failure?.message, 'no more');
    assert.deepEqual(children(), []);
  });

  itNeeds(NEEDS, 'makes ffmpeg wait without a target, and loses nothing', async () => {
    let count = 0;
    let targets = 3;
    const held = start(clip(), {
      getTarget: (byteLength) => (targets-- > 0 ? new Uint8Array(byteLength) : 'wait'),
      onPicture: () => count++,
    });
    await until(() => count === 3 && isBlockedOnPipe(held.pid!));
    targets = Infinity;
    held.resume();
    assert.equal((await held.closed).pictureCount, 200);
  });

  itNeeds(NEEDS, 'marks the pictures in which the decoder found damage', async () => {
    const path = clips.make(
      ...pattern('320x240', 10, 10),
      '-c:v',
      'libx264',
      '-g',
      '10',
      '-sc_threshold',
      '0',
      '-bf',
      '0',
      'damaged.mp4',
    );
    emptyHalves(path, 50, 54);
    const corrupt: boolean[] = [];
    const end = await start(path, { onPicture: (picture) => corrupt.push(picture.corrupt) }).closed;
    const marks = corrupt.map(Number).join('');
    assert.equal(corrupt.length, 100);
    // The decoder's messages come beside its pictures, ahead by the number that it decodes in parallel: 16 at most.
    assert.match(marks.slice(34, 60), /1/, marks);
    assert.match(marks.slice(0, 34), /^0*$/, marks);
    assert.match(marks.slice(80), /^0*$/, marks);
    assert.ok(end.errors.length > 0);
  });

  itNeeds(NEEDS, 'leaves no child, pipe or listener behind in 200 starts and stops', async () => {
    const path = clip();
    const pipes = openPipes();
    const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
    for (let i = 0; i < 200; i++) {
      // Stops at once, during the start, after a picture, or while it waits for memory.
      let count = 0;
      const subscription = videoSource(path, {
        streamId: 'a',
        input: INPUT,
        pace: 'max',
        ffmpeg,
        clock: monotonicClock,
        slots: 2,
      }).subscribe((event) => {
        if (event.type === 'frame') count++;
      });
      if (i % 4 === 1) await until(() => children().length > 0);
      if (i % 4 >= 2) await until(() => count > (i % 4) - 2);
      subscription.unsubscribe();
    }
    await until(() => children().length === 0 && openPipes() <= pipes);
    assert.equal(
      process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
      listeners,
    );
  });
});
