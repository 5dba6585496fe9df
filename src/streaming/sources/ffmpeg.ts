import fluent from 'fluent-ffmpeg';
import { PAD_VALUE, type Size } from '../../core/letterbox.js';
import { isAtLeast, type FfmpegVersion } from './ffmpeg-binary.js';

export type FrameArguments = {
  /** A file's absolute path or a URL. */
  readonly url: string;
  /** Options of this input alone, each word for itself: `['-rtsp_transport', 'tcp']`. */
  readonly inputOptions?: readonly string[];
  /** Size in pixels into which every picture is letterboxed. */
  readonly input: Size;
  /** Also writes the stream, as it came and not decoded, as NUT with the pictures' times to the file descriptor `COPY_FD`. */
  readonly copies?: boolean;
  /** Stops after this many pictures. */
  readonly maxFrames?: number;
};

/** Behind standard input, output and error. */
export const COPY_FD = 3;

/**
 * Arguments with which ffmpeg writes the letterboxed pictures of the first video stream to its standard output, as NUT
 * with planes G, B, R and presentation times in microseconds, and tells in its log what `FfmpegLog` reads.
 *
 * Every version-dependent choice is made here. What each option is for:
 * - `-map 0:V:0`: the first video stream that is not a cover picture.
 * - `-fps_mode passthrough` (`-vsync 0` before 5.1): no picture is repeated or left out to even out the rate.
 * - `-enc_time_base 1:1000000`: without it times are rounded to the average frame interval.
 * - `-threads 1` for the output: since 5.1 the raw video "encoder" would otherwise hold back one picture a core.
 */
export function frameArguments(version: FfmpegVersion, options: FrameArguments): string[] {
  const { url, inputOptions = [], input, copies = false, maxFrames } = options;
  const limit = maxFrames === undefined ? [] : ['-frames:v', String(maxFrames)];
  const command = fluent({ logger: undefined })
    .input(url)
    .inputOptions('-nostdin', '-hide_banner', '-nostats', '-v', 'repeat+level+verbose', '-debug_ts', ...inputOptions)
    .output('pipe:1')
    .noAudio()
    .videoFilters(letterboxFilters(input))
    .videoCodec('rawvideo')
    .outputOptions('-map', '0:V:0', ...passthrough(version), '-enc_time_base', '1:1000000', '-threads', '1', ...limit)
    .format('nut')
    .outputOptions('-write_index', '0');
  if (copies) {
    command.output(`pipe:${COPY_FD}`).noAudio().videoCodec('copy')
      // Where pictures come out of their turn, a copy is otherwise moved by as many.
      .outputOptions('-map', '0:V:0', '-avoid_negative_ts', 'disabled', ...limit).format('nut')
      .outputOptions('-write_index', '0');
  }
  return command._getArguments();
}

/**
 * The filters that do what `core/letterbox.ts` describes, with the same arithmetic. Without `full_chroma_inp` the last
 * column of RGB pictures of odd width comes out wrong; others are not changed by it.
 */
export function letterboxFilters({ width, height }: Size): string[] {
  const scale = `min(${width}/iw,${height}/ih)`;
  const grey = PAD_VALUE.toString(16).repeat(3);
  return [
    `scale=w='max(1,trunc(iw*${scale}))':h='max(1,trunc(ih*${scale}))':flags=bilinear+full_chroma_inp`,
    `pad=${width}:${height}:0:0:color=0x${grey}`,
    'format=gbrp',
  ];
}

function passthrough(version: FfmpegVersion): string[] {
  return isAtLeast(version, 5, 1) ? ['-fps_mode', 'passthrough'] : ['-vsync', '0'];
}
