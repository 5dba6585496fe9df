import { spawn, type ChildProcess } from 'node:child_process';
import type { Size } from '../src/core/letterbox.js';
import { OutputError } from '../src/core/errors.js';

const KEPT_LOG = 2000;

/** Writes pictures into an MP4 file through an ffmpeg of its own. */
export class VideoEncoder {
  readonly #path: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #failure: Error | undefined;

  /** @param ffmpeg the program @param size even numbers */
  constructor(ffmpeg: string, path: string, { width, height }: Size, fps: number) {
    this.#path = path;
    this.#child = spawn(ffmpeg, [
      '-nostdin', '-v', 'error', '-y', '-f', 'rawvideo', '-pix_fmt', 'rgba', '-s', `${width}x${height}`, '-r', String(fps), '-i', 'pipe:0',
      '-an', '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '19', '-pix_fmt', 'yuv420p', '-movflags', '+faststart', path,
    ], { stdio: ['pipe', 'ignore', 'pipe'], detached: true });
    let log = '';
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => { log = (log + text).slice(-KEPT_LOG); });
    // A broken pipe shows as the program's exit, whose log says why.
    this.#child.stdin!.on('error', () => undefined);
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (cause) => {
        this.#failure = new OutputError(`cannot start ${ffmpeg}: ${cause.message}`, { cause });
        resolve();
      });
      this.#child.once('close', (code, signal) => {
        if (code !== 0) this.#failure ??= new OutputError(`ffmpeg could not write ${path} (${signal ?? `exit code ${code}`}): ${log.trim() || 'it said nothing'}`);
        resolve();
      });
    });
  }

  /**
   * @param rgba the picture, 4 bytes a pixel; not to be changed before this resolves
   * @throws OutputError where ffmpeg has ended
   */
  async write(rgba: Uint8Array): Promise<void> {
    const taken = new Promise<void>((resolve) => { this.#child.stdin!.write(rgba, () => resolve()); });
    await Promise.race([taken, this.#ended]);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Completes the file. @throws OutputError where ffmpeg failed */
  async end(): Promise<void> {
    this.#child.stdin!.end();
    await this.#ended;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Gives up: nothing is left running. */
  async abandon(): Promise<void> {
    this.#failure ??= new OutputError(`${this.#path} was given up`);
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
