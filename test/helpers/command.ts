import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';

export const COMMAND = resolve('dist/src/cli/main.js');

export type CommandResult = {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type CommandOptions = {
  /** The only environment variables of the command, besides PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** A program with its arguments that runs the command's line. */
  readonly inside?: readonly string[];
  /** Receives the process as soon as it runs. */
  readonly onStart?: (child: ChildProcess) => void;
};

/** Runs the built command to its end. */
export async function nowcast(
  args: readonly string[],
  { env = {}, cwd, inside = [], onStart }: CommandOptions = {},
): Promise<CommandResult> {
  const { PATH = '', HOME = '' } = process.env;
  const [program, ...words] = [...inside, process.execPath, COMMAND, ...args];
  const child = spawn(program, words, { env: { PATH, HOME, ...env }, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  onStart?.(child);
  return resultOf(child);
}

/** Runs a line of the shell in which `$N` is the built command with these arguments. */
export function nowcastInShell(
  line: string,
  args: readonly string[],
  { env = {}, cwd }: Pick<CommandOptions, 'env' | 'cwd'>,
): Promise<CommandResult> {
  const N = [process.execPath, COMMAND, ...args].join(' ');
  return resultOf(
    spawn('sh', ['-c', line], { cwd, env: { ...process.env, ...env, N }, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
}

async function resultOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<CommandResult> {
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}
