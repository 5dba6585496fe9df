import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { LineSplitter } from './line-splitter.js';

/** The descriptor of the copy: the one after standard input, output and error. */
export const COPY_FD = 3;

export type FfmpegChildOptions = {
  readonly path: string;
  readonly args: readonly string[];
  /** What its descriptors are connected to; those that are left out are not connected. */
  readonly stdin?: 'pipe' | undefined;
  readonly stdout?: 'pipe' | Socket | undefined;
  /** `COPY_FD`. */
  readonly copy?: 'pipe' | undefined;
  /** Every line of its log. It may echo a URL with its credentials. */
  readonly onLine?: (line: string) => void;
};

export type FfmpegExit = {
  /** Null where a signal ended it or it never started. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not be started or ended. */
  readonly failure?: Error;
};

/** How long ffmpeg has to end in order. */
const KILL_AFTER_MS = 1500;

/**
 * The one way in which ffmpeg is started: as a child whose log is read, and which is always reaped once it ends or was
 * ended. The constructor never throws: `closed` says why ffmpeg did not start.
 */
export class FfmpegChild {
  /** Pipes are absent where none was asked for, or where this program has too many files open. */
  readonly stdin: Writable | undefined;
  readonly stdout: Readable | undefined;
  readonly copy: Readable | undefined;
  /** Resolves when it is gone and its pipes are shut; never rejects. */
  readonly closed: Promise<FfmpegExit>;
  readonly #child: ChildProcess | undefined;
  #lastLine = '';
  #isStopped = false;

  constructor(options: FfmpegChildOptions) {
    let child: ChildProcess;
    try {
      child = start(options);
    } catch (error) {
      // Most failures come as an event; those that the system has no usual word for are thrown.
      this.closed = Promise.resolve({ code: null, signal: null, failure: error as Error });
      return;
    }
    this.#child = child;
    this.stdin = child.stdin ?? undefined;
    this.stdout = child.stdout ?? undefined;
    this.copy = (child.stdio as readonly unknown[] | undefined)?.[COPY_FD] as Readable | undefined ?? undefined;
    // They may fail when the child dies; `closed` tells about it.
    for (const pipe of [this.stdin, this.stdout, child.stderr, this.copy]) pipe?.on('error', () => undefined);

    const lines = new LineSplitter((line) => {
      if (line.trim() !== '') this.#lastLine = line.trim();
      options.onLine?.(line);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => lines.push(text));
    this.closed = new Promise((resolve) => {
      let failure: Error | undefined;
      const closed = (code: number | null, signal: NodeJS.Signals | null): void => {
        lines.end();
        resolve({ code, signal, ...(failure && { failure }) });
      };
      child.on('error', (error) => {
        failure = error;
        if (child.pid === undefined) closed(null, null);
      });
      child.once('close', closed);
    });
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Asks ffmpeg to end, and ends it where it does not answer. Resolves as `closed` does; safe to call twice. */
  stop(): Promise<FfmpegExit> {
    if (!this.#isStopped && this.#isRunning) {
      this.#child?.kill('SIGTERM');
      const timer = setTimeout(() => this.#child?.kill('SIGKILL'), KILL_AFTER_MS);
      void this.closed.then(() => clearTimeout(timer));
    }
    this.#isStopped = true;
    return this.#shut();
  }

  /** Ends ffmpeg at once, whatever becomes of its output. Resolves as `closed` does. */
  kill(): Promise<FfmpegExit> {
    if (this.#isRunning) this.#child?.kill('SIGKILL');
    return this.#shut();
  }

  /** Once it has ended: the last line that it logged, or why it did not start; `otherwise` where it said nothing. */
  async lastWords(otherwise: string): Promise<string> {
    const { failure } = await this.closed;
    return failure?.message ?? (this.#lastLine || otherwise);
  }

  get #isRunning(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  #shut(): Promise<FfmpegExit> {
    // Blocked in a write to a full pipe it would not even notice SIGTERM.
    this.stdout?.destroy();
    this.stdin?.destroy();
    return this.closed;
  }
}

function start({ path, args, stdin, stdout, copy }: FfmpegChildOptions): ChildProcess {
  // A group of its own: Ctrl-C in a terminal is for us to handle, ffmpeg is then stopped in order.
  return spawn(path, args, { stdio: [stdin ?? 'ignore', stdout ?? 'ignore', 'pipe', copy ?? 'ignore'], detached: true });
}
