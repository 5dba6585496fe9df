import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

const COMMAND = resolve('dist/src/cli/main.js');
/** The variable that marks a trial's processes: one that Nowcast passes on, as it does those of libraries. */
const MARK = 'ORT_FUZZ_TRIAL';
/** Processes that a command started have so long to end after it. */
const CHILDREN_END_MS = 5000;

export type Outcome = {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The deadline passed, and the command was killed. */
  readonly isHung: boolean;
  /** Command lines of processes that outlived it. Empty where there is no /proc. */
  readonly leftBehind: readonly string[];
};

export type CommandOptions = {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly deadlineMs: number;
  /** Unique among the commands that run now: marks the processes that a command starts. */
  readonly mark: string;
};

/** Runs `nowcast` to its end, or to the deadline. */
export async function runCommand(args: readonly string[], options: CommandOptions): Promise<Outcome> {
  const { cwd, env, deadlineMs, mark } = options;
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd,
    env: { PATH, HOME, ...env, [MARK]: mark },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let isHung = false;
  const timer = setTimeout(() => {
    isHung = true;
    for (const { pid } of processesWith(mark)) kill(pid);
    child.kill('SIGKILL');
  }, deadlineMs);
  try {
    const [stdout, stderr, [code, signal]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
    ]);
    return { code, signal, stdout, stderr, isHung, leftBehind: await remaining(mark) };
  } finally {
    clearTimeout(timer);
  }
}

async function remaining(mark: string): Promise<string[]> {
  const endMs = performance.now() + CHILDREN_END_MS;
  while (performance.now() < endMs) {
    if (processesWith(mark).length === 0) return [];
    await delay(100);
  }
  const left = processesWith(mark);
  for (const { pid } of left) kill(pid);
  return left.map(({ line }) => line);
}

function processesWith(mark: string): readonly { readonly pid: number; readonly line: string }[] {
  const found = [];
  for (const name of processNames()) {
    const environment = read(`/proc/${name}/environ`);
    if (!environment.split('\0').includes(`${MARK}=${mark}`)) continue;
    found.push({ pid: Number(name), line: read(`/proc/${name}/cmdline`).replaceAll('\0', ' ').trim() });
  }
  return found;
}

function processNames(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** Empty if the process has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
