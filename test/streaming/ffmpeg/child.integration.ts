import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { askFfmpeg } from '../../../src/streaming/ffmpeg/ask.js';
import { locateFfmpeg } from '../../../src/streaming/ffmpeg/binary.js';
import { FfmpegChild } from '../../../src/streaming/ffmpeg/child.js';
import { guardian } from '../../../src/streaming/ffmpeg/cage.js';
import { EVERYTHING, FILES, NOTHING } from '../../../src/streaming/ffmpeg/needs.js';
import { NEEDS_FFMPEG } from '../../helpers/clips.js';
import { itNeeds } from '../../helpers/needs.js';
import { children, HAS_PROC, isAlive, isBlockedOnPipe, until } from '../../helpers/processes.js';

const NEEDS = { ...NEEDS_FFMPEG, '/proc': HAS_PROC };
const ENDLESS = ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=320x240', '-f', 'rawvideo', 'pipe:1'];

describe('FfmpegChild', function () {
  this.timeout(120_000);
  itNeeds(NEEDS_FFMPEG, 'returns its exit code and its last log line', async () => {
    const lines: string[] = [];
    const child = new FfmpegChild({
      ffmpeg: { path: 'ffmpeg' },
      needs: EVERYTHING,
      args: ['-nostdin', '-v', 'error', '-i', '/nowhere/clip.mp4'],
      onLine: (line) => lines.push(line),
    });
    assert.match(await child.lastWords('nothing'), /No such file or directory/);
    const { code, signal, failure } = await child.closed;
    assert.deepEqual([code! > 0, signal, failure], [true, null, undefined]);
    assert.match(lines.join('\n'), /clip\.mp4: No such file/);
  });

  itNeeds(NEEDS_FFMPEG, 'returns the given text if ffmpeg logged nothing', async () => {
    const child = new FfmpegChild({
      ffmpeg: { path: 'ffmpeg' },
      needs: EVERYTHING,
      args: ['-nostdin', '-v', 'quiet', '-i', '/nowhere/clip.mp4'],
    });
    assert.equal(await child.lastWords('nothing'), 'nothing');
  });

  it('reports why it did not start, by a throw or an event', async () => {
    for (const [path, code] of [
      ['/nowhere/ffmpeg', 'ENOENT'],
      ['/dev/null/ffmpeg', 'ENOTDIR'],
      [tmpdir(), 'EACCES'],
    ] as const) {
      const child = new FfmpegChild({
        ffmpeg: { path },
        needs: EVERYTHING,
        args: [],
        stdin: 'pipe',
        stdout: 'pipe',
        copy: 'pipe',
      });
      const exit = await child.closed;
      assert.deepEqual([exit.code, exit.signal, (exit.failure as NodeJS.ErrnoException).code], [null, null, code]);
      assert.equal((await child.stop()).failure, exit.failure);
      assert.equal((await child.kill()).failure, exit.failure);
      assert.match(await child.lastWords('nothing'), new RegExp(code));
    }
  });

  for (const how of ['stop', 'kill'] as const) {
    itNeeds(NEEDS, `${how}() ends an ffmpeg that is blocked on a full pipe`, async () => {
      const child = new FfmpegChild({ ffmpeg: { path: 'ffmpeg' }, needs: EVERYTHING, args: ENDLESS, stdout: 'pipe' });
      await until(() => isBlockedOnPipe(child.pid!));
      const { failure } = await child[how]();
      assert.equal(failure, undefined);
      assert.deepEqual(children(), []);
    });
  }

  for (const [what, needs] of [
    ['everything', EVERYTHING],
    ['the network alone', { network: true, files: [] }],
    ['files alone', FILES],
    ['nothing', NOTHING],
  ] as const) {
    itNeeds(
      { ...NEEDS, setpriv: guardian() !== undefined },
      `ends with the program, even if that is killed while ffmpeg works, when it needs ${what}`,
      async () => {
        const ffmpeg = await locateFfmpeg(process.env, '');
        const args = ['-nostdin', '-v', 'quiet', '-re', '-f', 'lavfi', '-i', 'testsrc2=s=32x32', '-f', 'null', '-'];
        const script = `
          const { FfmpegChild } = await import(${JSON.stringify(resolve('dist/src/streaming/ffmpeg/child.js'))});
          const child = new FfmpegChild(${JSON.stringify({ ffmpeg, needs, args })});
          console.log(child.pid);
          setInterval(() => undefined, 1000);`;
        const program = spawn(process.execPath, ['--input-type=module', '-e', script], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const [line] = (await once(program.stdout, 'data')) as [Buffer];
        const pid = Number(line.toString());
        await until(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(realpathSync(ffmpeg.path)));
        program.kill('SIGKILL');
        await once(program, 'exit');
        await until(() => !isAlive(pid));
      },
    );
  }

  itNeeds(NEEDS, 'stop() kills an ffmpeg that does not respond', async () => {
    const child = new FfmpegChild({ ffmpeg: { path: 'ffmpeg' }, needs: EVERYTHING, args: ENDLESS, stdout: 'pipe' });
    await until(() => isBlockedOnPipe(child.pid!));
    process.kill(child.pid!, 'SIGSTOP');
    assert.equal((await child.stop()).signal, 'SIGKILL');
    assert.deepEqual(children(), []);
  });
});

describe('askFfmpeg', function () {
  this.timeout(120_000);
  itNeeds(NEEDS_FFMPEG, 'returns the output and the log of ffmpeg for any exit code', async () => {
    assert.match((await askFfmpeg({ path: 'ffmpeg' }, ['-version'])).stdout, /^ffmpeg version /);
    assert.match(
      (await askFfmpeg({ path: 'ffmpeg' }, ['-nostdin', '-hide_banner', '-i', '/nowhere/clip.mp4'])).log,
      /No such file/,
    );
  });

  it("throws the system's error if ffmpeg is missing", async () => {
    await assert.rejects(askFfmpeg({ path: '/nowhere/ffmpeg' }, ['-version']), { code: 'ENOENT' });
  });
});
