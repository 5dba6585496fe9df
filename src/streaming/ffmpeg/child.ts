import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { OutputError } from '../../core/errors.js';

const KEPT_CHARACTERS = 4000;

/** An ffmpeg that reads its standard input or writes its standard output. Always reaped once it ends or was killed. */
export class FfmpegChild {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Resolves when it is gone and its pipes are shut; `code` is null where a signal ended it or it never started. */
  readonly closed: Promise<{ readonly code: number | null }>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  #log = '';

  constructor(path: string, args: readonly string[]) {
    // A group of its own: Ctrl-C in a terminal is for us to handle.
    this.#child = spawn(path, args, { stdio: 'pipe', detached: true });
    ({ stdin: this.stdin, stdout: this.stdout } = this.#child);
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => { this.#log = (this.#log + text).slice(-KEPT_CHARACTERS); });
    this.closed = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.#log += error.message;
        if (this.#child.pid === undefined) resolve({ code: null });
      });
      this.#child.on('close', (code) => resolve({ code }));
    });
    // A pipe that breaks because the other side ended: `closed` tells.
    this.stdin.on('error', () => undefined);
  }

  /**
   * Resolves when ffmpeg has taken all of the bytes, which may then be used for something else.
   * @param what that it makes, for the error
   * @throws OutputError with ffmpeg's own words where it has ended
   */
  async write(bytes: Uint8Array, what: string): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.stdin.write(bytes, (error) => (error ? reject(error) : resolve()));
      });
    } catch (cause) {
      throw new OutputError(`${what} could not be encoded: ${await this.lastWords('ffmpeg ended early')}`, { cause });
    }
  }

  kill(): void {
    // Blocked in a write to a full pipe it would not notice anything gentler.
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    this.stdout.destroy();
    this.stdin.destroy();
  }

  /** The last line that it logged, once it has ended; `otherwise` where it said nothing. */
  async lastWords(otherwise: string): Promise<string> {
    await this.closed;
    return this.#log.trim().split('\n').at(-1)?.trim() || otherwise;
  }
}
