import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { COMMAND } from '../../test/helpers/command.js';
import { children } from '../../test/helpers/processes.js';

/** A kind of child process of a run. */
export type ChildKind = 'detector' | 'camera decoder' | 'file decoder';

/** What a run holds at a moment. */
export type Holding = { readonly files: number; readonly memoryMb: number };

export type RunEnd = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** A `nowcast run` that is under observation, with its child processes. */
export class RunProcess {
  readonly ended: Promise<RunEnd>;
  /** Ids of all children that were ever seen. */
  readonly everChildren = new Set<number>();
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #clip: string;
  #stderr = '';

  /** @param clip the file among the sources, by which its decoder is recognised */
  constructor(args: readonly string[], clip: string, cwd: string, env: Readonly<Record<string, string>>) {
    const { PATH = '', HOME = '' } = process.env;
    this.#clip = clip;
    this.#child = spawn(process.execPath, [COMMAND, 'run', ...args], {
      cwd,
      env: { PATH, HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.ended = (once(this.#child, 'close') as Promise<[number | null]>).then(([code]) => ({
      code,
      stdout,
      stderr: this.#stderr,
    }));
  }

  /** The feed's address, as the log states it. */
  get feedUrl(): string | undefined {
    return /ws:\/\/127\.0\.0\.1:\d+\//.exec(this.#stderr)?.[0];
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Ids of the running children of this kind. */
  childrenOf(kind: ChildKind): number[] {
    if (!this.isRunning) return [];
    const found = children(this.#child.pid);
    for (const pid of found) this.everChildren.add(pid);
    return found.filter((pid) => this.#kindOf(pid) === kind);
  }

  /** Undefined if it has just ended. */
  holding(): Holding | undefined {
    const of = `/proc/${this.#child.pid}`;
    try {
      const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`${of}/status`, 'utf8'))![1];
      return { files: readdirSync(`${of}/fd`).length, memoryMb: Number(kilobytes) / 1024 };
    } catch {
      return undefined;
    }
  }

  /** Asks it to end cleanly. */
  stop(): Promise<RunEnd> {
    this.#child.kill('SIGTERM');
    return this.ended;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #kindOf(pid: number): ChildKind | undefined {
    const line = commandLine(pid);
    if (line.startsWith('nowcast-detector')) return 'detector';
    if (!/^\S*ffmpeg /.test(line)) return undefined;
    return line.includes(this.#clip) ? 'file decoder' : 'camera decoder';
  }
}

/** True if the process exists and was not reaped. */
export function isAlive(pid: number): boolean {
  return commandLine(pid) !== '';
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
