import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import type { Observable } from 'rxjs';
import type { RunSummary } from '../../../src/app/run/summary.js';
import { openSource } from '../../../src/app/library.js';
import type { SourceEvent } from '../../../src/core/events.js';
import type { Size } from '../../../src/core/size.js';
import { createOriginals } from '../../../src/streaming/originals/originals.js';
import { annotateVideo } from '../../../src/streaming/sinks/annotated-video/annotated-video.js';
import { videoSource } from '../../../src/streaming/sources/video/video.js';
import { tmpdir } from 'node:os';
import { locateFfmpeg } from '../../../src/streaming/ffmpeg/binary.js';
import { clipFolder, NEEDS_FFMPEG, pattern, presentationTimes } from '../../helpers/clips.js';
import { nowcast } from '../../helpers/command.js';
import { monotonicClock } from '../../helpers/monotonic.js';
import { children } from '../../helpers/processes.js';
import { itNeeds } from '../../helpers/needs.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const INPUT = { width: 96, height: 96 };
const SMALL = { width: 160, height: 120 };
const LARGE = { width: 320, height: 240 };
const CONTEXT = { input: INPUT, streamId: 'clip', pace: 'max', clock: monotonicClock } as const;

function sizeOf({ width, height }: Size): Size {
  return { width, height };
}

describe('a file with several video streams', function () {
  this.timeout(60_000);
  const clips = clipFolder();
  const folder = temporaryFolder();

  /** A small default stream of 10 pictures, a large one of 20, and a larger cover picture. */
  const several = (name: string, ...more: readonly string[]): string => {
    clips.make('-f', 'lavfi', '-i', 'color=red:s=640x480', '-frames:v', '1', 'cover.png');
    return clips.make(
      ...[...pattern('160x120', 10, 1), ...pattern('320x240', 20, 1), '-i', clips.path('cover.png')],
      ...['-map', '0', '-map', '1', '-map', '2', '-c:v:0', 'libx264', '-c:v:1', 'libx264', '-c:v:2', 'png'],
      ...['-disposition:v:0', 'default', '-disposition:v:1', '0', '-disposition:v:2', 'attached_pic', ...more, name],
    );
  };
  const play = async (address: string, options: Partial<Parameters<typeof openSource>[1]> = {}) => {
    return seen(await openSource(address, { ...CONTEXT, ...options }));
  };
  const seen = async (source: Observable<SourceEvent>) => {
    const frames: { streamId: string; seq: number; ptsMs: number; width: number; height: number }[] = [];
    const states: string[] = [];
    await source.forEach((event) => {
      if (event.type === 'status') states.push(`${event.state}: ${event.message}`);
      if (event.type !== 'frame') return;
      const { streamId, seq, ptsMs, picture } = event;
      frames.push({ streamId, seq, ptsMs, ...picture.size });
      event.release();
    });
    return { frames, states };
  };

  itNeeds(NEEDS_FFMPEG, 'shows its largest one, with the facts of that one', async () => {
    const { frames, states } = await play(several('several.mp4'));
    assert.deepEqual(
      frames.map(({ seq, ptsMs, width, height }) => ({ seq, ptsMs, width, height })),
      Array.from({ length: 20 }, (_, seq) => ({ seq, ptsMs: seq * 50, ...LARGE })),
    );
    assert.deepEqual(states, ['streaming: 320x240, 20 fps, 1.0 s', 'ended: 20 frames, up to 0.9 s']);
    assert.deepEqual(children(), []);
  });

  itNeeds(NEEDS_FFMPEG, 'shows the first one if a tag describes a larger one that does not exist', async () => {
    const path = clips.make(
      ...[...pattern('160x120', 10, 1), '-c:v', 'libx264', '-metadata:s:v:0'],
      '\n  Stream #0:7: Video: h264, 9999x9999=x',
      'forged.mkv',
    );
    const { frames } = await play(path);
    assert.equal(frames.length, 10);
    assert.deepEqual([frames[0].width, frames[0].height], [160, 120]);
  });

  itNeeds(NEEDS_FFMPEG, 'gives original pictures of the same stream', async () => {
    const originals = createOriginals();
    const { frames } = await play(several('originals.mp4'), { originals });
    const answer = await originals.jpeg(frames[13], { quality: 80 });
    assert.ok(answer.jpeg !== undefined, JSON.stringify(answer));
    assert.deepEqual({ width: answer.width, height: answer.height }, LARGE);
    await originals.close();
  });

  itNeeds(NEEDS_FFMPEG, 'is annotated in the same stream', async () => {
    const out = join(folder(), 'out.mp4');
    const ffmpeg = await locateFfmpeg(process.env, tmpdir());
    await annotateVideo({ ffmpeg, source: several('annotated.mp4'), percepts: [], out });
    assert.equal(presentationTimes(out).length, 20);
    const { frames } = await play(out);
    assert.deepEqual([frames[0].width, frames[0].height], [LARGE.width, LARGE.height]);
  });

  itNeeds(NEEDS_FFMPEG, 'shows the one of a given number, also as original pictures and annotated', async () => {
    const path = several('chosen.mp4');
    const originals = createOriginals();
    const playing = { ...CONTEXT, ffmpeg: await locateFfmpeg(process.env, tmpdir()), originals };
    for (const [stream, size, count] of [
      [0, SMALL, 10],
      [1, LARGE, 20],
    ] as const) {
      const { frames, states } = await seen(videoSource(path, { ...playing, stream }));
      assert.equal(frames.length, count);
      assert.deepEqual(sizeOf(frames[3]), size);
      assert.equal(states[0], `streaming: ${size.width}x${size.height}, ${count} fps, 1.0 s`);
      const answer = await originals.jpeg(frames[7]);
      assert.ok(answer.jpeg !== undefined, JSON.stringify(answer));
      assert.deepEqual(sizeOf(answer), size);
      const out = join(folder(), `${stream}.mp4`);
      await annotateVideo({ ffmpeg: playing.ffmpeg, source: path, percepts: [], out, stream });
      assert.deepEqual(sizeOf((await play(out)).frames[0]), size);
      assert.equal(presentationTimes(out).length, count);
    }
    await originals.close();
  });

  itNeeds(NEEDS_FFMPEG, 'shows the first one if it cannot decode the largest one, and saves that one', async () => {
    const video = readFileSync(several('unknown.mp4'));
    const lastCodec = video.lastIndexOf('avc1');
    video.write('zz91', lastCodec, 'latin1');
    writeFileSync(join(folder(), 'unknown.mp4'), video);
    const { code, stdout, stderr } = await nowcast(
      ['run', 'unknown.mp4', '--offline', '--provider', 'cpu', '--json', '--save', 'out.mp4'],
      { cwd: folder(), env: { NOWCAST_CACHE: folder() } },
    );
    assert.equal(code, 0, stderr);
    assert.equal((JSON.parse(stdout) as RunSummary).total.percepts, 10);
    const { frames } = await play(join(folder(), 'out.mp4'));
    assert.deepEqual([frames.length, sizeOf(frames[0])], [10, SMALL]);
  });

  itNeeds(NEEDS_FFMPEG, 'is refused with a list of its streams for a number that it does not have', async () => {
    const path = several('refused.mp4');
    const ffmpeg = await locateFfmpeg(process.env, tmpdir());
    await assert.rejects(seen(videoSource(path, { ...CONTEXT, ffmpeg, stream: 2 })), {
      code: 'NOWCAST_SOURCE_NO_STREAM',
      message: `"${path}" has no video stream 2; choose one of its video streams: 0 (160x120 h264), 1 (320x240 h264)`,
    });
    assert.deepEqual(children(), []);
  });

  itNeeds(NEEDS_FFMPEG, 'shows its largest one over HTTP', async () => {
    const bytes = readFileSync(several('served.mp4', '-movflags', '+faststart'));
    const server = createServer((_, response) =>
      response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': bytes.length }).end(bytes),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { frames } = await play(`http://127.0.0.1:${(server.address() as AddressInfo).port}/served.mp4`);
    server.close();
    assert.equal(frames.length, 20);
    assert.deepEqual([frames[0].width, frames[0].height], [LARGE.width, LARGE.height]);
  });

  itNeeds(NEEDS_FFMPEG, 'shows the chosen one through a pipe, or the one that ffmpeg chooses', async () => {
    const path = clips.make(
      ...[...pattern('160x120', 10, 1), ...pattern('320x240', 20, 1), '-map', '0', '-map', '1', '-c:v', 'libx264'],
      'piped.ts',
    );
    const fifo = clips.path('fifo');
    await once(spawn('mkfifo', [fifo]), 'exit');
    const ffmpeg = await locateFfmpeg(process.env, tmpdir());
    for (const [stream, size] of [
      [undefined, LARGE],
      [0, SMALL],
    ] as const) {
      const writer = spawn('sh', ['-c', 'cat "$1" > "$2"', 'sh', path, fifo]);
      const { frames } = await seen(videoSource(fifo, { ...CONTEXT, ffmpeg, stream }));
      assert.deepEqual(sizeOf(frames[0]), size);
      if (writer.exitCode === null) await once(writer, 'exit');
    }
  });
});
