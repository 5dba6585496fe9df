import type { Size } from '../../core/size.js';
import { damageTracker, type PictureKind } from './damage.js';

/** ffmpeg's facts on its input before the first picture; each is absent if the input does not state it. */
export type InputDescription = {
  /** Names of the selected demuxer: "mov,mp4,m4a,3gp,3g2,mj2". */
  readonly format?: string;
  readonly durationMs?: number;
  readonly fps?: number;
};

/** Facts on one picture from the log. */
export type PictureFacts = {
  /** Size of the source's shown picture: rotation applied, before scaling. */
  readonly size: Size;
  /** The decoder reported damage in it, or in one that it depends on. */
  readonly corrupt: boolean;
};

/** In a line of level warning or above. */
export const COMPLAINT = /\[(?:warning|error|fatal|panic)\]/;

/** Number of error lines kept for messages. */
const KEPT_ERRORS = 8;

/**
 * Reads ffmpeg's log as written by `-v repeat+level+verbose -debug_ts`, line by line. The pictures come on another pipe
 * and carry neither their source's size nor their damage; the log does, in order: the facts on a picture are written
 * before the picture. So counting relates them.
 *
 * The patterns match anywhere in a line: the threads of ffmpeg 7 can write two messages into one.
 */
export class FfmpegLog {
  #size: Size | undefined;
  #decodedCount = 0;
  #announcedCount = 0;
  readonly #tellsPictures: boolean;
  readonly #damage = damageTracker();
  readonly #corrupt = new Set<number>();
  /** Facts of announced pictures that were not requested yet, oldest first. */
  readonly #facts: PictureFacts[] = [];
  readonly #errors: string[] = [];
  #input: InputDescription | undefined;

  /** @param options.tellsPictures whether the log is written with `-debug_ts`, which announces each picture */
  constructor({ tellsPictures = true }: { readonly tellsPictures?: boolean } = {}) {
    this.#tellsPictures = tellsPictures;
  }

  /** The last messages of level error and above, oldest first, without their level. They may contain the URL. */
  get errors(): readonly string[] {
    return this.#errors;
  }

  /** Once the input was opened. */
  get input(): InputDescription | undefined {
    return this.#input;
  }

  /** Takes the facts on the next picture; undefined if the log does not contain them yet. */
  nextPicture(): PictureFacts | undefined {
    if (this.#tellsPictures) return this.#facts.shift();
    return this.#size && { size: this.#size, corrupt: false };
  }

  /** @param line without its end of line */
  push(line: string): void {
    if (line.includes('filter -> pts:')) this.#announce(line);
    else if (line.includes('decoder -> ')) this.#decoded(line);
    else if (line.includes('Parsed_scale_')) this.#scaled(line);
    else if (COMPLAINT.test(line)) this.#complained(line);
    else if (this.#announcedCount === 0) this.#describe(line);
  }

  #announce(line: string): void {
    // The final one of the stream has no time.
    if (this.#size === undefined || !/filter -> pts:-?\d/.test(line)) return;
    const index = this.#announcedCount++;
    this.#facts.push({ size: this.#size, corrupt: this.#corrupt.delete(index) });
  }

  #decoded(line: string): void {
    if (!line.includes('frame_type:')) return;
    const index = this.#decodedCount++;
    if (this.#damage.decoded(kindOf(line))) this.#corrupt.add(index);
  }

  /** The scaler's input is the picture after rotation; the log states it again at every change. */
  #scaled(line: string): void {
    const match = /w:(\d+) h:(\d+) fmt:.* -> w:\d+ h:\d+ /.exec(line);
    if (match === null) return;
    const [width, height] = [Number(match[1]), Number(match[2])];
    if (this.#size?.width !== width || this.#size.height !== height) this.#size = { width, height };
  }

  #complained(line: string): void {
    this.#damage.logged(line);
    if (line.includes('[warning]')) return;
    this.#errors.push(
      line
        .replace(/\[(?:error|fatal|panic)\] /, '')
        .replace(/ @ 0x[0-9a-f]+\]/, ']')
        .trim(),
    );
    if (this.#errors.length > KEPT_ERRORS) this.#errors.shift();
  }

  #describe(line: string): void {
    const format = /Input #0, (.+?), from /.exec(line)?.[1];
    if (format !== undefined && this.#input === undefined) this.#input = { format };
    const duration = /Duration: (?:(\d+):(\d\d):(\d\d(?:\.\d+)?)|N\/A), /.exec(line);
    if (duration !== null) {
      const [hours, minutes, seconds] = duration.slice(1).map(Number);
      if (Number.isFinite(hours))
        this.#input = { ...this.#input, durationMs: Math.round((hours * 3600 + minutes * 60 + seconds) * 1000) };
    } else if (this.#input !== undefined && this.#input.fps === undefined && line.includes('Video: ')) {
      const fps = /, ([\d.]+)(k?) (?:fps|tbr)/.exec(line);
      if (fps !== null && !line.includes('(attached pic)')) {
        this.#input = { ...this.#input, fps: Number(fps[1]) * (fps[2] === 'k' ? 1000 : 1) };
      }
    }
  }
}

/** In ffmpeg's numbering, picture type 3 is B. */
function kindOf(decoderLine: string): PictureKind {
  if (decoderLine.includes('keyframe:1')) return 'key';
  return decoderLine.includes('frame_type:3') ? 'reordered' : 'other';
}
