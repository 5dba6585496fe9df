import type { View } from '../../../../core/view.js';
import type { PictureFormat } from '../../../../core/picture.js';
import { copyArguments, frameArguments } from '../../../ffmpeg/arguments.js';
import { NOTHING, type Needs } from '../../../ffmpeg/needs.js';
import { FrameProcess, type FrameProcessEnd, type FrameProcessOptions } from '../../../ffmpeg/frame-process.js';

export type KeptFrameProcessOptions = Pick<FrameProcessOptions, 'ffmpeg' | 'getTarget' | 'onPicture' | 'onLine'> & {
  readonly url: string;
  /** ffmpeg's input, the camera. */
  readonly inputOptions: readonly string[];
  /** What ffmpeg uses to read it. */
  readonly needs: Needs;
  /** The detector's input that every picture is fitted into: `detector.info.input`. */
  readonly input: PictureFormat;
  readonly view?: View | undefined;
  /** Receives pieces of a NUT file of the stream; undefined for none. */
  readonly onCopied: ((piece: Uint8Array) => void) | undefined;
  /** Receives pieces of such a file in which times may differ from the pictures'. With `onCopied`, it has no effect. */
  readonly onCoded?: ((piece: Uint8Array) => void) | undefined;
  /** True if the stream has no decoding times: the copy needs some, which delays it by one picture. */
  readonly restamps: boolean;
};

/**
 * Options for the decoder of the copy: times stay unchanged, the file's header contains all that ffmpeg would search
 * for, and pictures are not decoded in parallel, which would hold back one for each core.
 */
const COPY_INPUT = ['-copyts', '-f', 'nut', '-probesize', '32', '-analyzeduration', '0', '-thread_type', 'slice'];

/** Beyond this, the camera waits for the decoder, as it does without a copy. */
const MOST_UNSENT_BYTES = 4 * 2 ** 20;

/**
 * ffmpeg's pictures of a camera. With a copy that is kept, one ffmpeg copies and another decodes that copy, so a
 * picture's time equals its time in the file. Two outputs of one ffmpeg, which cost less and delay nothing, may each
 * correct a camera's times in their own way.
 */
export function keptFrameProcess(options: KeptFrameProcessOptions): Pick<FrameProcess, 'closed' | 'stop'> {
  const {
    ffmpeg,
    url,
    inputOptions,
    needs,
    input,
    input: { channels },
    view,
    getTarget,
    onPicture,
    onLine,
    onCopied,
    onCoded,
    restamps,
  } = options;
  if (onCopied === undefined) {
    return new FrameProcess({
      ffmpeg,
      needs,
      args: frameArguments(ffmpeg.version, { url, inputOptions, input, view, copies: onCoded !== undefined }),
      view,
      channels,
      getTarget,
      onPicture,
      onCopied: onCoded,
      ...(onLine && { onLine }),
    });
  }
  const decoder = new FrameProcess({
    ffmpeg,
    isFed: true,
    needs: NOTHING,
    args: frameArguments(ffmpeg.version, { url: 'pipe:0', inputOptions: COPY_INPUT, input, view }),
    view,
    channels,
    getTarget,
    onPicture,
  });
  const copier = new FrameProcess({
    ffmpeg,
    needs,
    args: copyArguments(url, inputOptions, restamps),
    getTarget: () => undefined,
    onPicture: () => undefined,
    onLine: (line) => {
      decoder.noteDamage(line);
      onLine?.(line);
    },
    onCopied: (piece) => {
      onCopied(piece);
      decoder.write(piece);
      if (decoder.unsentBytes > MOST_UNSENT_BYTES) copier.holdCopy(decoder.taken());
    },
  });
  void decoder.closed.then(() => copier.stop());
  return {
    closed: endOf(copier, decoder),
    stop: () => {
      void copier.stop();
      return decoder.stop();
    },
  };
}

async function endOf(copier: FrameProcess, decoder: FrameProcess): Promise<FrameProcessEnd> {
  const copied = await copier.closed;
  const decoded = await decoder.finish();
  // A decoder that ended by itself has ended the copier, too.
  return copied.stopped && !decoded.stopped ? decoded : { ...copied, pictureCount: decoded.pictureCount };
}
