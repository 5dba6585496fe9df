import { pictureArguments, type PictureArguments } from '../ffmpeg/arguments.js';
import type { Ffmpeg } from '../ffmpeg/binary.js';
import { FfmpegChild } from '../ffmpeg/child.js';
import type { Needs } from '../ffmpeg/needs.js';
import { noOriginal, type NoOriginal } from './answer.js';
import { readPpm } from './ppm.js';
import type { RgbPicture } from '../pictures/rgb-picture.js';

export type DecodeOriginalOptions = PictureArguments & {
  readonly ffmpeg: Ffmpeg;
  /** What ffmpeg uses to read the input. */
  readonly needs: Needs;
  /** For ffmpeg's standard input. */
  readonly pieces?: readonly Uint8Array[];
  readonly signal: AbortSignal;
};

/**
 * Decodes one picture with an ffmpeg of its own, which has ended when the promise settles.
 * @throws the signal's reason
 */
export async function decodeOriginal(options: DecodeOriginalOptions): Promise<RgbPicture | NoOriginal> {
  const { ffmpeg, needs, pieces, signal } = options;
  signal.throwIfAborted();
  const child = new FfmpegChild({
    ffmpeg,
    args: pictureArguments(ffmpeg.version, options),
    needs,
    stdin: pieces && 'pipe',
    stdout: 'pipe',
  });
  const output: Buffer[] = [];
  child.stdout?.on('data', (bytes: Buffer) => output.push(bytes));
  const kill = (): void => void child.kill();
  signal.addEventListener('abort', kill, { once: true });
  for (const piece of pieces ?? []) child.stdin?.write(piece);
  child.stdin?.end();
  await child.closed;
  signal.removeEventListener('abort', kill);
  signal.throwIfAborted();
  return readPpm(Buffer.concat(output)) ?? noOriginal('undecodable', await noPicture(child));
}

async function noPicture(child: FfmpegChild): Promise<string> {
  return `ffmpeg returns no such picture: ${await child.lastWords('it did not say why')}`;
}
