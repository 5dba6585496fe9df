import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { askFfmpeg } from '../../../src/streaming/ffmpeg/ask.js';
import { locateFfmpeg } from '../../../src/streaming/ffmpeg/binary.js';
import { FfmpegChild } from '../../../src/streaming/ffmpeg/child.js';
import { guardian } from '../../../src/streaming/ffmpeg/ends-with-parent.js';
import { NEEDS_FFMPEG } from '../../helpers/clips.js';
import { itNeeds } from '../../helpers/needs.js';
import { freeUdpPort } from '../../helpers/ports.js';
import { children, HAS_PROC, isAlive, isBlockedOnPipe, until } from '../../helpers/processes.js';

const NEEDS = { ...NEEDS_FFMPEG, '/proc': HAS_PROC };
const ENDLESS = ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=320x240', '-f', 'rawvideo', 'pipe:1'];

describe('FfmpegChild', () => {
  itNeeds(NEEDS_FFMPEG, 'returns its exit code and its last log line', async () => {
    const lines: string[] = [];
    const child = new FfmpegChild({
      path: 'ffmpeg',
      args: ['-nostdin', '-v', 'error', '-i', '/nowhere/clip.mp4'],
      onLine: (line) => lines.push(line),
    });
    assert.match(await child.lastWords('nothing'), /No such file or directory/);
    const { code, signal, failure } = await child.closed;
    assert.deepEqual([code! > 0, signal, failure], [true, null, undefined]);
    assert.match(lines.join('\n'), /clip\.mp4: No such file/);
  });

  itNeeds(NEEDS_FFMPEG, 'returns the given text if ffmpeg logged nothing', async () => {
    const child = new FfmpegChild({ path: 'ffmpeg', args: ['-nostdin', '-v', 'quiet', '-i', '/nowhere/clip.mp4'] });
    assert.equal(await child.lastWords('nothing'), 'nothing');
  });

  it('reports why it did not start, by a throw or an event', async () => {
    for (const [path, code] of [
      ['/nowhere/ffmpeg', 'ENOENT'],
      ['/dev/null/ffmpeg', 'ENOTDIR'],
      [tmpdir(), 'EACCES'],
    ] as const) {
      const child = new FfmpegChild({ path, args: [], stdin: 'pipe', stdout: 'pipe', copy: 'pipe' });
      const exit = await child.closed;
      assert.deepEqual([exit.code, exit.signal, (exit.failure as NodeJS.ErrnoException).code], [null, null, code]);
      assert.equal((await child.stop()).failure, exit.failure);
      assert.equal((await child.kill()).failure, exit.failure);
      assert.match(await child.lastWords('nothing'), new RegExp(code));
    }
  });

  for (const how of ['stop', 'kill'] as const) {
    itNeeds(NEEDS, `${how}() ends an ffmpeg that is blocked on a full pipe`, async () => {
      const child = new FfmpegChild({ path: 'ffmpeg', args: ENDLESS, stdout: 'pipe' });
      await until(() => isBlockedOnPipe(child.pid!));
      const { failure } = await child[how]();
      assert.equal(failure, undefined);
      assert.deepEqual(children(), []);
    });
  }

  itNeeds(
    { ...NEEDS, setpriv: guardian() !== undefined },
    'ends with the program, even if that is killed while ffmpeg waits for a sender',
    async () => {
      const { path } = await locateFfmpeg(process.env, '');
      const port = await freeUdpPort();
      const args = ['-nostdin', '-v', 'quiet', '-i', `udp://127.0.0.1:${port}`, '-f', 'null', '-'];
      const script = `
        const { FfmpegChild } = await import(${JSON.stringify(resolve('dist/src/streaming/ffmpeg/child.js'))});
        const child = new FfmpegChild(${JSON.stringify({ path, args })});
        console.log(child.pid);
        setInterval(() => undefined, 1000);`;
      const program = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(program.stdout, 'data')) as [Buffer];
      const pid = Number(line.toString());
      await until(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(path));
      program.kill('SIGKILL');
      await once(program, 'exit');
      await until(() => !isAlive(pid));
    },
  );

  itNeeds(NEEDS, 'stop() kills an ffmpeg that does not respond', async () => {
    const child = new FfmpegChild({ path: 'ffmpeg', args: ENDLESS, stdout: 'pipe' });
    await until(() => isBlockedOnPipe(child.pid!));
    process.kill(child.pid!, 'SIGSTOP');
    assert.equal((await child.stop()).signal, 'SIGKILL');
    assert.deepEqual(children(), []);
  });
});

describe('askFfmpeg', () => {
  itNeeds(NEEDS_FFMPEG, 'returns the output and the log of ffmpeg for any exit code', async () => {
    assert.match((await askFfmpeg('ffmpeg', ['-version'])).stdout, /^ffmpeg version /);
    assert.match(
      (await askFfmpeg('ffmpeg', ['-nostdin', '-hide_banner', '-i', '/nowhere/clip.mp4'])).log,
      /No such file/,
    );
  });

  it("throws the system's error if ffmpeg is missing", async () => {
    await assert.rejects(askFfmpeg('/nowhere/ffmpeg', ['-version']), { code: 'ENOENT' });
  });
});
