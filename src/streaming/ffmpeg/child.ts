import { closeSync } from 'node:fs';
import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { childEnvironment } from '../../core/child-environment.js';
import { LineSplitter } from './line-splitter.js';
import { commandLine, refusalIn, type FfmpegProgram } from './cage.js';
import { nameInput } from './named-input.js';
import type { Needs } from './needs.js';

/** The descriptor of the copy: the next one after standard input, output and error. */
export const COPY_FD = 3;
/** The descriptor of an input whose name ffmpeg must not print. */
const INPUT_FD = COPY_FD + 1;

export type FfmpegChildOptions = {
  readonly ffmpeg: FfmpegProgram;
  readonly args: readonly string[];
  /** What the arguments make it use. */
  readonly needs: Needs;
  /** The connections of its descriptors; omitted ones are not connected. */
  /** `inherit`: this program's own. */
  readonly stdin?: 'pipe' | 'inherit' | undefined;
  readonly stdout?: 'pipe' | Socket | undefined;
  /** `COPY_FD`. */
  readonly copy?: 'pipe' | undefined;
  /** Every line of its log. It may contain a URL with its credentials. */
  readonly onLine?: (line: string) => void;
};

export type FfmpegExit = {
  /** Null if a signal ended it or it never started. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The reason why it could not be started or why it ended. */
  readonly failure?: Error;
};

/** Time for ffmpeg to end cleanly. */
const KILL_AFTER_MS = 1500;

/**
 * The only way to start ffmpeg: as a child whose log is read, and which is always reaped after its end. The constructor
 * never throws: `closed` gives the reason if ffmpeg did not start.
 */
export class FfmpegChild {
  /** Pipes are absent if none was requested, or if this program has too many open files. */
  readonly stdin: Writable | undefined;
  readonly stdout: Readable | undefined;
  readonly copy: Readable | undefined;
  /** Resolves when it has ended and its pipes are closed; never rejects. */
  readonly closed: Promise<FfmpegExit>;
  readonly #child: ChildProcess | undefined;
  #lastLine = '';
  #isStopped = false;

  constructor(options: FfmpegChildOptions) {
    let child: ChildProcess;
    try {
      child = start(options);
    } catch (error) {
      // Most failures come as an event; failures with an unusual error code are thrown.
      this.closed = Promise.resolve({ code: null, signal: null, failure: error as Error });
      return;
    }
    this.#child = child;
    killAtExit(child);
    this.stdin = child.stdin ?? undefined;
    this.stdout = child.stdout ?? undefined;
    this.copy = ((child.stdio as readonly unknown[] | undefined)?.[COPY_FD] as Readable | undefined) ?? undefined;
    // They may fail when the child dies; `closed` reports it.
    for (const pipe of [this.stdin, this.stdout, child.stderr, this.copy]) pipe?.on('error', () => undefined);

    let refusal: Error | undefined;
    const lines = new LineSplitter((line) => {
      if (this.#lastLine === '') refusal = refusalIn(line);
      if (line.trim() !== '') this.#lastLine = line.trim();
      options.onLine?.(line);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => lines.push(text));
    this.closed = new Promise((resolve) => {
      let failure: Error | undefined;
      const closed = (code: number | null, signal: NodeJS.Signals | null): void => {
        lines.end();
        if (code !== 0) failure ??= refusal;
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

  /** Asks ffmpeg to end, and kills it if it does not. Resolves like `closed`; safe to call twice. */
  stop(): Promise<FfmpegExit> {
    if (!this.#isStopped && this.#isRunning) {
      this.#child?.kill('SIGTERM');
      const timer = setTimeout(() => this.#child?.kill('SIGKILL'), KILL_AFTER_MS);
      void this.closed.then(() => clearTimeout(timer));
    }
    this.#isStopped = true;
    return this.#shut();
  }

  /** Kills ffmpeg at once, regardless of its output. Resolves like `closed`. */
  kill(): Promise<FfmpegExit> {
    if (this.#isRunning) this.#child?.kill('SIGKILL');
    return this.#shut();
  }

  /** After its end: its last log line, or the reason why it did not start; `otherwise` if it logged nothing. */
  async lastWords(otherwise: string): Promise<string> {
    const { failure } = await this.closed;
    return failure?.message ?? (this.#lastLine || otherwise);
  }

  get #isRunning(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  #shut(): Promise<FfmpegExit> {
    // Blocked in a write to a full pipe, it would not even notice SIGTERM.
    this.stdout?.destroy();
    this.stdin?.destroy();
    return this.closed;
  }
}

/** Children that run. */
const running = new Set<ChildProcess>();

/** A program that ends at once, by a second signal, leaves no child behind. */
function killAtExit(child: ChildProcess): void {
  if (running.size === 0) process.on('exit', killRunning);
  running.add(child);
  const ended = (): void => {
    if (running.delete(child) && running.size === 0) process.off('exit', killRunning);
  };
  child.once('exit', ended);
  child.once('error', ended);
}

function killRunning(): void {
  for (const child of running) child.kill('SIGKILL');
}

function start({ ffmpeg, args, needs, stdin, stdout, copy }: FfmpegChildOptions): ChildProcess {
  const named = nameInput(args, INPUT_FD);
  try {
    const [program, ...words] = commandLine(ffmpeg, named.args, needs);
    return spawn(program, words, {
      env: childEnvironment(process.env),
      stdio: [stdin ?? 'ignore', stdout ?? 'ignore', 'pipe', copy ?? 'ignore', named.fd ?? 'ignore'],
      // A separate process group: on Ctrl-C in a terminal, Nowcast stops ffmpeg properly itself.
      detached: true,
    });
  } finally {
    if (named.fd !== undefined) closeSync(named.fd);
  }
}
