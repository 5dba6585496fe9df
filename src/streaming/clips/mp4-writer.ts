import type { UnitCodec } from '../../core/coded-unit.js';
import type { Ffmpeg } from '../ffmpeg/binary.js';
import { FfmpegChild } from '../ffmpeg/child.js';
import { FILES } from '../ffmpeg/needs.js';
import { unitHeader, unitsHeader, type TimedUnit } from '../ffmpeg/unit-nut.js';

/**
 * `short` is written a second time at its end, so that a browser plays it before it has all of it. `long` is not, and
 * what a killed program leaves of it can be played.
 */
export type Mp4Form = 'short' | 'long';

/** `delay_moov`: only a header after the first pictures can take the lead of the decoding times back. */
const MOVFLAGS: Readonly<Record<Mp4Form, string>> = {
  short: '+faststart',
  long: '+frag_keyframe+delay_moov+default_base_moof',
};

/** Decoding times are so much earlier than those of showing: room for three B-pictures at one picture a second. */
const DECODING_LEAD_S = 4;
/** A file begins at 0. ffmpeg itself sees to that only where enough pictures show it the beginning. */
const PTS = 'PTS-STARTPTS';

export type Mp4WriterOptions = {
  readonly ffmpeg: Ffmpeg;
  readonly codec: UnitCodec;
  /** Nothing may stand there. */
  readonly path: string;
  readonly form: Mp4Form;
};

/** Coded pictures that a slow disk has not taken. A clip that needs more ends. */
const MOST_QUEUED_BYTES = 32 * 2 ** 20;

/**
 * ffmpeg's options for a file of the unchanged pictures. `setts`: coded pictures come in the order of sending with
 * times of showing alone; an MP4 needs times of decoding, too, which rise.
 */
function mp4Arguments(path: string, form: Mp4Form): string[] {
  return [
    ...['-nostdin', '-hide_banner', '-nostats', '-v', 'error'],
    ...['-f', 'nut', '-i', 'pipe:0', '-map', '0:v:0', '-c', 'copy'],
    ...['-bsf:v', `setts=pts='${PTS}':dts='max(PREV_OUTDTS+1,${PTS}-${DECODING_LEAD_S}/TB)'`],
    ...['-f', 'mp4', '-movflags', MOVFLAGS[form], '-flush_packets', '1', '-n', path],
  ];
}

/** Writes coded pictures, unchanged, into an MP4. The first one is a key picture. */
export class Mp4Writer {
  readonly #child: FfmpegChild;
  #isFull = false;
  #log = '';

  constructor({ ffmpeg, codec, path, form }: Mp4WriterOptions) {
    this.#child = new FfmpegChild({
      ffmpeg,
      args: mp4Arguments(path, form),
      needs: FILES,
      stdin: 'pipe',
      onLine: (line) => (this.#log ||= line),
    });
    this.#child.stdin?.write(unitsHeader(codec));
  }

  /** False if the disk is too slow or gone: the file cannot be completed. */
  write(unit: TimedUnit): boolean {
    const { stdin } = this.#child;
    this.#isFull ||= stdin === undefined || stdin.destroyed || stdin.writableLength > MOST_QUEUED_BYTES;
    if (this.#isFull) return false;
    stdin?.write(unitHeader(unit));
    stdin?.write(unit.data);
    return true;
  }

  /**
   * Completes the file.
   * @throws Error if it is not complete, with the code of a full disk
   */
  async finish(): Promise<void> {
    if (this.#isFull) await this.#child.kill();
    else this.#child.stdin?.end();
    const { code } = await this.#child.closed;
    if (code === 0) return;
    const why = this.#isFull ? 'the disk is too slow for the video' : await this.#child.lastWords('ffmpeg failed');
    throw Object.assign(new Error(why), /No space left/.test(this.#log + why) ? { code: 'ENOSPC' } : {});
  }

  /** Ends at once; the file is not complete. Resolves when ffmpeg has ended. */
  async abort(): Promise<void> {
    await this.#child.kill();
  }
}
