import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { COMMAND } from '../../test/helpers/command.js';
import { children, identityOf, type ProcessIdentity } from '../../test/helpers/processes.js';

/** What a command holds at a moment. */
export type Holding = { readonly files: number; readonly memoryMb: number; readonly children: number };

export type CommandEnd = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** A long `nowcast` command that is under observation, with its child processes. */
export class ObservedCommand {
  readonly ended: Promise<CommandEnd>;
  /** All children that were ever seen. */
  readonly everChildren = new Set<ProcessIdentity>();
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  #stderr = '';

  constructor(args: readonly string[], folder: string) {
    const { PATH = '', HOME = '' } = process.env;
    this.#child = spawn(process.execPath, [COMMAND, ...args], {
      cwd: folder,
      env: { PATH, HOME, NOWCAST_CACHE: join(folder, 'cache') },
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

  /** Ids of the running children whose command line fits. */
  childrenLike(commandLine: RegExp): number[] {
    if (!this.isRunning) return [];
    const found = children(this.#child.pid);
    for (const pid of found) {
      const identity = identityOf(pid);
      if (identity !== undefined) this.everChildren.add(identity);
    }
    return found.filter((pid) => commandLine.test(commandLineOf(pid)));
  }

  /** Undefined if it has just ended. */
  holding(): Holding | undefined {
    const of = `/proc/${this.#child.pid}`;
    try {
      const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`${of}/status`, 'utf8'))![1];
      return {
        files: readdirSync(`${of}/fd`).length,
        memoryMb: Number(kilobytes) / 1024,
        children: children(this.#child.pid).length,
      };
    } catch {
      return undefined;
    }
  }

  /** How often the log has a line like this. */
  logged(line: RegExp): number {
    return this.#stderr.split('\n').filter((text) => line.test(text)).length;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks it to end cleanly. */
  stop(): Promise<CommandEnd> {
    this.#child.kill('SIGTERM');
    return this.ended;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
