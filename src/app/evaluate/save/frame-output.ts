import { join } from 'node:path';
import type { Size } from '../../../core/size.js';
import { writeFileAtomic } from '../../../files/atomic-write.js';
import type { Ffmpeg } from '../../../streaming/ffmpeg/binary.js';
import { rgbaVideoEncoder, type VideoEncoder } from '../../../streaming/ffmpeg/video-encoder.js';
import { VideoDraft } from '../../../streaming/sinks/annotated-video/video-output.js';

/** High enough that lines and letters have clean edges. */
const QUALITY = 92;

/** A drawn frame: R, G, B and A, row by row. */
export type DrawnFrame = Size & { readonly pixels: Uint8ClampedArray };

/** Takes the drawn frames of one sequence in ascending order. Frames may be absent. */
export type FrameOutput = {
  /** @throws OutputError */
  write(frame: number, drawn: DrawnFrame): Promise<void>;
  /**
   * Completes it with this number of frames; without any written, nothing remains.
   * @throws OutputError
   */
  end(frames: number): Promise<void>;
  /** Removes an incomplete output. Safe to call after `end`. */
  close(): Promise<void>;
};

/** A JPEG a frame, named by its number: `000000.jpg`. */
export function jpegFolder(folder: string): FrameOutput {
  return {
    async write(frame, { width, height, pixels }) {
      const { default: sharp } = await import('sharp');
      const jpeg = await sharp(pixels, { raw: { width, height, channels: 4 } })
        .flatten()
        .jpeg({ quality: QUALITY, chromaSubsampling: '4:4:4' })
        .toBuffer();
      await writeFileAtomic(join(folder, `${String(frame).padStart(6, '0')}.jpg`), jpeg);
    },
    end: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/**
 * An MP4 of the first frame's size, whose last row or column is repeated where that is odd; frames of another size are
 * fitted into it. An absent frame shows the one before it, so that the others keep their times.
 */
export class FrameVideo implements FrameOutput {
  readonly #ffmpeg: Ffmpeg;
  readonly #out: string;
  readonly #fps: number;
  readonly #draft: VideoDraft;
  #encoder: VideoEncoder | undefined;
  #size: Size | undefined;
  #last: Uint8Array | undefined;
  #written = 0;

  /** @throws OutputError if the file cannot be created */
  constructor(ffmpeg: Ffmpeg, out: string, fps: number) {
    this.#ffmpeg = ffmpeg;
    this.#out = out;
    this.#fps = fps;
    this.#draft = new VideoDraft(out);
  }

  async write(frame: number, drawn: DrawnFrame): Promise<void> {
    this.#size ??= { width: even(drawn.width), height: even(drawn.height) };
    const picture = await fitted(drawn, this.#size);
    await this.#fill(frame, this.#last ?? picture);
    await this.#fill(frame + 1, picture);
    this.#last = picture;
  }

  async end(frames: number): Promise<void> {
    if (this.#last === undefined) return;
    await this.#fill(frames, this.#last);
    await this.#encoder?.end();
    this.#draft.complete();
  }

  async close(): Promise<void> {
    await this.#encoder?.abandon();
    this.#draft.discard();
  }

  async #fill(until: number, picture: Uint8Array): Promise<void> {
    this.#encoder ??= rgbaVideoEncoder(this.#ffmpeg, this.#draft.path, this.#size!, this.#fps, this.#out);
    for (; this.#written < until; this.#written++) await this.#encoder.write(picture);
  }
}

const even = (length: number): number => 2 * Math.ceil(length / 2);

/** R, G, B and A in the video's size. */
async function fitted({ width, height, pixels }: DrawnFrame, size: Size): Promise<Uint8Array> {
  const isOfSize = even(width) === size.width && even(height) === size.height;
  const { default: sharp } = await import('sharp');
  const picture = sharp(pixels, { raw: { width, height, channels: 4 } });
  const inVideo = isOfSize
    ? picture.extend({ right: size.width - width, bottom: size.height - height, extendWith: 'copy' })
    : picture.resize(size.width, size.height, { fit: 'contain', background: 'black' });
  return inVideo.raw().toBuffer();
}
