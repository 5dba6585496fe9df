import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { openSource } from '../../../src/app/library.js';
import { createOriginals } from '../../../src/streaming/originals/originals.js';
import { annotateVideo } from '../../../src/streaming/sinks/annotated-video/annotated-video.js';
import { tmpdir } from 'node:os';
import { locateFfmpeg } from '../../../src/streaming/ffmpeg/binary.js';
import { clipFolder, NEEDS_FFMPEG, pattern, presentationTimes } from '../../helpers/clips.js';
import { children } from '../../helpers/processes.js';
import { itNeeds } from '../../helpers/needs.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const INPUT = { width: 96, height: 96 };
const LARGE = { width: 320, height: 240 };

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
    const frames: { streamId: string; seq: number; ptsMs: number; width: number; height: number }[] = [];
    const states: string[] = [];
    const source = await openSource(address, { input: INPUT, streamId: 'clip', pace: 'max', ...options });
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

  itNeeds(NEEDS_FFMPEG, 'shows the one that ffmpeg chooses through a pipe, which cannot begin again', async () => {
    const path = clips.make(
      ...[...pattern('160x120', 10, 1), ...pattern('320x240', 20, 1), '-map', '0', '-map', '1', '-c:v', 'libx264'],
      'piped.ts',
    );
    const fifo = clips.path('fifo');
    await once(spawn('mkfifo', [fifo]), 'exit');
    const writer = spawn('sh', ['-c', 'cat "$1" > "$2"', 'sh', path, fifo]);
    const { frames } = await play(fifo);
    assert.deepEqual([frames[0].width, frames[0].height], [LARGE.width, LARGE.height]);
    if (writer.exitCode === null) await once(writer, 'exit');
  });
});
