import { OutputError } from '../../core/errors.js';
import type { Size } from '../../core/size.js';
import type { FfmpegProgram } from './cage.js';
import { FfmpegChild } from './child.js';
import { colourArguments } from './colour-tags.js';
import { FILES } from './needs.js';

/** An ffmpeg that encodes its input into a file. */
export class VideoEncoder {
  readonly #path: string;
  readonly #out: string;
  readonly #child: FfmpegChild;

  /**
   * @param args that read standard input
   * @param out name of the file in messages
   */
  constructor(ffmpeg: FfmpegProgram, args: readonly string[], out: string) {
    this.#path = ffmpeg.path;
    this.#out = out;
    this.#child = new FfmpegChild({ ffmpeg, args, needs: FILES, stdin: 'pipe' });
  }

  /**
   * Resolves when ffmpeg has read all of the bytes, which may then be reused.
   * @throws OutputError with ffmpeg's message if it has ended
   */
  async write(bytes: Uint8Array): Promise<void> {
    const { stdin } = this.#child;
    if (stdin === undefined) throw await this.#failure();
    try {
      await new Promise<void>((resolve, reject) => {
        stdin.write(bytes, (error) => (error ? reject(error) : resolve()));
      });
    } catch (cause) {
      throw await this.#failure(cause);
    }
  }

  /**
   * Completes the file.
   * @throws OutputError with ffmpeg's message if it failed
   */
  async end(): Promise<void> {
    this.#child.stdin?.end();
    const { code } = await this.#child.closed;
    if (code !== 0) throw await this.#failure();
  }

  /** Ends ffmpeg, and leaves the file as it is. Resolves when no process remains. */
  async abandon(): Promise<void> {
    await this.#child.kill();
  }

  async #failure(cause?: unknown): Promise<OutputError> {
    const { code, signal, failure } = await this.#child.closed;
    const reason =
      failure === undefined
        ? `${await this.#child.lastWords('ffmpeg ended early')} (${signal ?? `exit code ${code}`})`
        : `cannot start ${this.#path}: ${failure.message}`;
    return new OutputError(`${this.#out} could not be encoded: ${reason}`, { cause: cause ?? failure });
  }
}

/**
 * Encodes RGBA pictures, 4 bytes a pixel, row by row, as H.264 in MP4.
 * @param size even numbers @param name of the file in messages
 */
export function rgbaVideoEncoder(
  ffmpeg: FfmpegProgram,
  out: string,
  { width, height }: Size,
  fps: number,
  name = out,
): VideoEncoder {
  return new VideoEncoder(
    ffmpeg,
    [
      '-v',
      'error',
      '-y',
      '-f',
      'rawvideo',
      '-pix_fmt',
      'rgba',
      '-s',
      `${width}x${height}`,
      '-r',
      String(fps),
      '-i',
      'pipe:0',
      '-an',
      '-c:v',
      'libx264',
      '-preset',
      'veryfast',
      '-crf',
      '19',
      '-pix_fmt',
      'yuv420p',
      // ffmpeg converts RGB by this matrix at every size; players take another for large pictures without a tag.
      ...colourArguments({ matrix: 'smpte170m' }),
      '-movflags',
      '+faststart',
      '-f',
      'mp4',
      out,
    ],
    name,
  );
}
