import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { locateFfmpeg, type Ffmpeg } from '../../../src/streaming/ffmpeg/binary.js';
import type { FfmpegProgram } from '../../../src/streaming/ffmpeg/cage.js';
import { FfmpegChild } from '../../../src/streaming/ffmpeg/child.js';
import { EVERYTHING, FILES, NOTHING, type Needs } from '../../../src/streaming/ffmpeg/needs.js';
import { trySandbox } from '../../../src/streaming/ffmpeg/sandbox.js';
import { clipFolder, pattern } from '../../helpers/clips.js';
import { itNeeds } from '../../helpers/needs.js';
import { children } from '../../helpers/processes.js';
import { NEEDS_SANDBOX } from '../../helpers/sandbox.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const NETWORK: Needs = { network: true, files: [] };

describe('The cage of an ffmpeg', function () {
  this.timeout(120_000);
  const clips = clipFolder();
  const folder = temporaryFolder();
  let ffmpeg: Ffmpeg;
  before(async () => {
    if (NEEDS_SANDBOX.ffmpeg) ffmpeg = await locateFfmpeg(process.env, '', 'auto');
  });

  /** Runs a command of the shell where ffmpeg would run. */
  const shell = async (command: string, needs: Needs): Promise<string> => {
    const program = { path: '/bin/sh', sandbox: ffmpeg.sandbox };
    const child = new FfmpegChild({ ffmpeg: program, needs, args: ['-c', `(${command}) 2>&1`], stdout: 'pipe' });
    const output = await text(child.stdout!);
    await child.closed;
    return output.trim();
  };
  const decode = async (url: string, needs: Needs, program: FfmpegProgram = ffmpeg): Promise<string> => {
    const lines: string[] = [];
    const args = ['-nostdin', '-v', 'error', '-i', url, '-f', 'null', '-'];
    const child = new FfmpegChild({ ffmpeg: program, needs, args, onLine: (line) => lines.push(line) });
    const { code } = await child.closed;
    return [`exit code ${code}`, ...lines].join('\n');
  };

  itNeeds(NEEDS_SANDBOX, 'leaves no network to one that reads files or a pipe', async () => {
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    let connections = 0;
    server.on('connection', () => connections++);
    const url = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const needs of [FILES, NOTHING]) assert.match(await decode(url, needs), /tcp:.*(unreachable|assign)/i);
    assert.equal(connections, 0);
    for (const needs of [NETWORK, EVERYTHING]) assert.match(await decode(url, needs), /Invalid data/);
    assert.equal(connections, 2);
    server.close();
  });

  itNeeds(NEEDS_SANDBOX, 'hides the files of the user from one that reads a camera or a pipe', async () => {
    const clip = clips.make(...pattern('64x64', 25, 1), '-c:v', 'libx264', 'clip.mp4');
    for (const needs of [NETWORK, NOTHING])
      assert.match(await decode(clip, needs), /clip\.mp4: No such file or directory/);
    for (const needs of [FILES, EVERYTHING]) assert.equal(await decode(clip, needs), 'exit code 0');
  });

  itNeeds(
    NEEDS_SANDBOX,
    'has nothing but the system in its root folder, which cannot be written, and starts there',
    async () => {
      const names = await shell('echo /* $PWD/*', NOTHING);
      assert.match(names, /\/usr\b/);
      for (const hidden of ['home', 'root', 'proc', 'tmp', 'var', 'package.json'])
        assert.doesNotMatch(names, new RegExp(`/${hidden}\\b`));
      assert.match(await shell('echo x >/usr/x', NOTHING), /Read-only file system|Permission denied/);
      assert.match(await shell('cat /etc/passwd', NETWORK), /No such file/);
    },
  );

  itNeeds(NEEDS_SANDBOX, 'cannot be left by a mount of its own', async () => {
    for (const needs of [NETWORK, NOTHING]) {
      assert.match(await shell('umount /usr', needs), /umount: .*(must be superuser|not permitted|denied)/);
      assert.match(await shell('unshare --user --map-root-user true', needs), /unshare: .*not permitted/);
    }
  });

  itNeeds(NEEDS_SANDBOX, 'shows one file that the input needs', async () => {
    const path = join(folder(), "it's a #1 camera\\.sdp");
    writeFileSync(path, 'm=video');
    writeFileSync(join(folder(), 'other'), 'secret');
    const listing = await shell(`cd '${folder()}'; ls; cat *`, { network: true, files: [path] });
    assert.equal(listing, "it's a #1 camera\\.sdp\nm=video");
  });

  itNeeds(NEEDS_SANDBOX, 'shows a file under any name', async () => {
    const anyName = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        anyName.filter((name) => !/[/\0]|^\.\.?$/.test(name)),
        async (name) => {
          const path = join(folder(), name);
          writeFileSync(path, '');
          const found = `cd '${folder()}'; find . -type f -exec printf '%s|' {} ';'`;
          assert.equal(await shell(found, { network: false, files: [path] }), `./${name}|`);
        },
      ),
      { numRuns: 30, examples: [["'"], ['#'], ['\\'], [' '], ['\n\u0001'], ['\u00a0'], ['-a'], ['.a\t']] },
    );
  });

  itNeeds(NEEDS_SANDBOX, 'has what a device needs and no other one', async () => {
    const listing = await shell('cd /dev; echo *; head -c 3 /dev/zero | wc -c', {
      network: false,
      files: ['/dev/tty'],
    });
    assert.equal(listing, 'full null random tty urandom zero\n3');
  });

  itNeeds(NEEDS_SANDBOX, 'lets ffmpeg decode a pipe', async () => {
    const clip = clips.make(...pattern('64x64', 25, 1), '-c:v', 'libx264', '-f', 'nut', 'clip.nut');
    const args = ['-nostdin', '-v', 'error', '-i', 'pipe:0', '-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1'];
    const child = new FfmpegChild({ ffmpeg, needs: NOTHING, args, stdin: 'pipe', stdout: 'pipe' });
    let byteCount = 0;
    child.stdout!.on('data', ({ length }: Buffer) => (byteCount += length));
    child.stdin!.end(readFileSync(clip));
    assert.deepEqual([(await child.closed).code, byteCount], [0, 25 * 64 * 64]);
  });

  itNeeds(NEEDS_SANDBOX, 'holds an ffmpeg of a folder that is hidden', async () => {
    const path = join(folder(), 'ffmpeg of a package');
    copyFileSync(realpathSync(ffmpeg.path), path);
    const sandbox = await trySandbox(path);
    assert.equal(sandbox.hidesFiles, true, sandbox.lacks);
    assert.match(await decode('/etc/passwd', NOTHING, { path, sandbox }), /No such file/);
  });

  itNeeds(NEEDS_SANDBOX, 'is the reason if it cannot be built any more, not the input', async () => {
    const unshare = join(folder(), 'unshare');
    writeFileSync(unshare, '#!/bin/sh\necho "unshare: unshare failed: No space left on device" >&2\nexit 1\n', {
      mode: 0o755,
    });
    for (const needs of [NETWORK, FILES, NOTHING]) {
      const program = { ...ffmpeg, sandbox: { ...ffmpeg.sandbox!, unshare } };
      const child = new FfmpegChild({ ffmpeg: program, needs, args: ['-version'] });
      assert.equal(
        await child.lastWords(''),
        'ffmpeg cannot be started in its sandbox (unshare: unshare failed: No space left on device); "ffmpeg.sandbox: off" starts it without one',
      );
    }
  });

  itNeeds(NEEDS_SANDBOX, 'lets a signal end ffmpeg itself', async () => {
    for (const needs of [NETWORK, FILES, NOTHING]) {
      const args = ['-nostdin', '-v', 'info', '-re', '-f', 'lavfi', '-i', 'testsrc2=s=32x32', '-f', 'null', '-'];
      let tellRunning!: () => void;
      const runs = new Promise<void>((resolve) => (tellRunning = resolve));
      const child = new FfmpegChild({
        ffmpeg,
        needs,
        args,
        onLine: (line) => line.startsWith('Output') && tellRunning(),
      });
      await runs;
      const { code } = await child.stop();
      // ffmpeg's own answer to SIGTERM.
      assert.equal(code, 255);
      assert.deepEqual(children(), []);
    }
  });
});
