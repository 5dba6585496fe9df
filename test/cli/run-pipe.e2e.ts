import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { NEEDS_FFMPEG } from '../helpers/clips.js';
import { COMMAND, nowcastInShell, type CommandResult } from '../helpers/command.js';
import { itNeeds } from '../helpers/needs.js';
import { children, HAS_PROC, until } from '../helpers/processes.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { within } from './person-run.js';

const NEEDS = { ...NEEDS_FFMPEG, '/proc': HAS_PROC };
/** 50 pictures, with its index first. */
const CLIP = resolve('test/fixtures/field/http-sources/fast.mp4');

describe('nowcast run on a pipe', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  /** Runs a line of the shell in which $N is the command. */
  const shell = (line: string): Promise<CommandResult> => {
    const { env, cwd } = within(folder());
    return nowcastInShell(line, ['run', '--provider', 'cpu'], { env: { ...env, CLIP }, cwd });
  };

  for (const [title, line] of [
    ['standard input', 'cat "$CLIP" | $N - --offline'],
    ['/dev/stdin', 'cat "$CLIP" | $N /dev/stdin --offline'],
    ['a file as standard input', '$N pipe: --offline < "$CLIP"'],
    ['a named pipe', 'mkfifo ff; cat "$CLIP" > ff & $N ff --offline'],
  ])
    itNeeds(NEEDS_FFMPEG, `reads ${title} to its end`, async () => {
      const { code, stdout, stderr } = await shell(line);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^50 percepts of 50 frames in /m);
    });

  for (const [title, signals] of [
    ['the first SIGTERM', 1],
    ['a second SIGTERM', 2],
  ] as const)
    itNeeds(NEEDS, `ends at ${title} while it waits for a writer, and leaves no process`, async () => {
      const { env, cwd } = within(folder());
      const fifo = join(folder(), `unwritten-${signals}`);
      execFileSync('mkfifo', [fifo]);
      const child = spawn(process.execPath, [COMMAND, 'run', fifo, '--provider', 'cpu'], {
        cwd,
        env: { ...process.env, ...env },
        stdio: 'ignore',
      });
      let reader: number | undefined;
      await until(() => {
        reader = children(child.pid).find((pid) => commandOf(pid).includes(fifo));
        return reader !== undefined;
      });
      const exit = once(child, 'exit') as Promise<[number]>;
      for (let i = 0; i < signals; i++) child.kill('SIGTERM');
      assert.equal((await exit)[0], 143);
      await until(() => commandOf(reader!) === '');
    });
});

/** Empty for a process that has ended. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
