import { randomBytes } from 'node:crypto';
import fluent from 'fluent-ffmpeg';
import { AS_STATED, type View } from '../../core/view.js';
import { resolvedFormat, type PictureFormat } from '../../core/picture.js';
import { isAtLeast, type FfmpegVersion } from './binary.js';
import { COPY_FD } from './child.js';
import type { ChosenStream } from './video-streams.js';
import { EXACT, shownExpressions, viewFilters, viewNames } from './view-filters.js';

export type FrameArguments = {
  /** A file's absolute path or a URL. */
  readonly url: string;
  /** Options of this input only, one word each: `['-rtsp_transport', 'tcp']`. */
  readonly inputOptions?: readonly string[];
  /** The detector's input that every picture is fitted into. The reader orders the channels: planes come as G, B, R. */
  readonly input: PictureFormat;
  /** Default: as the input states it. */
  readonly view?: View | undefined;
  /** `automatic` leaves the choice to ffmpeg, which takes a large one, or a cover picture if there is nothing else. */
  readonly stream?: MappedStream | 'automatic' | undefined;
  /** Stops after this many pictures. */
  readonly maxFrames?: number;
  /** Whether the log announces each picture, which costs a dozen writes for each. Default true. */
  readonly announcesPictures?: boolean;
  /** Also writes the stream, undecoded and unchanged, as NUT to the file descriptor `COPY_FD`. Default false. */
  readonly copies?: boolean;
  /** Of letters and digits: part of the names that filters have in the log. Default: random. */
  readonly secret?: string;
};

const LOGGING = ['-nostdin', '-hide_banner', '-nostats', '-v', 'repeat+level+verbose'];

/**
 * Arguments with which ffmpeg writes the fitted pictures of the first video stream to its standard output, as NUT with
 * planes G, B, R and presentation times in microseconds, and writes the log that `FfmpegLog` reads.
 *
 * Every version-dependent choice is made here. The purpose of each option:
 * - `-map 0:V:0`: the first video stream that is not a cover picture. See `stream` for others.
 * - `-fps_mode passthrough` (`-vsync 0` before 5.1): no picture is repeated or left out to even out the rate.
 * - `-enc_time_base 1:1000000`: without it times are rounded to the average frame interval.
 * - `-threads 1` for the output: since 5.1 the raw video "encoder" would otherwise hold back one picture a core.
 * - `-map_metadata -1`: authors' texts, such as titles, appear in the log before the first picture and never after it.
 * - `-thread_type slice` before 4.3: such an ffmpeg does not mark damaged pictures, so a complaint has to come in turn.
 */
export function frameArguments(version: FfmpegVersion, options: FrameArguments): string[] {
  const { url, inputOptions = [], input, view = AS_STATED, maxFrames, announcesPictures = true } = options;
  const { secret = randomBytes(8).toString('hex'), copies = false } = options;
  const order = marksDamage(version) ? [] : ['-thread_type', 'slice'];
  const limit = maxFrames === undefined ? [] : ['-frames:v', String(maxFrames)];
  const command = fluent({ logger: undefined })
    .input(url)
    .inputOptions(...LOGGING, ...(announcesPictures ? ['-debug_ts'] : []), ...order, ...inputOptions)
    .output('pipe:1')
    .noAudio()
    .videoFilters([
      ...viewFilters(view, viewNames(`scale@${secret}`)),
      ...fitFilters(input, view).map((filter) => filter.replace(/^scale=/, `scale@${secret}=`)),
    ])
    .videoCodec('rawvideo')
    .outputOptions(
      ...(options.stream === 'automatic' ? ['-sn', '-dn'] : mapOf(options.stream)),
      '-map_metadata',
      '-1',
      ...passthrough(version),
      '-enc_time_base',
      '1:1000000',
      '-threads',
      '1',
      ...limit,
    )
    .format('nut')
    .outputOptions('-write_index', '0');
  return (copies ? withCopy(command, []) : command)._getArguments();
}

/**
 * A video stream by its number among all streams of the input, or by its number among the videos. Undefined selects the
 * first one that is no cover picture.
 */
export type MappedStream = number | ChosenStream | undefined;

export function mapOf(stream: MappedStream): string[] {
  if (typeof stream === 'number') return ['-map', `0:${stream}`];
  return ['-map', `0:V:${stream?.video ?? 0}`];
}

/** The name that the filter that scales has in the log; undefined for arguments without one. */
export function scalerOf(args: readonly string[]): string | undefined {
  return args.map((word) => /(?:^|,)(scale@[a-z\d]+)=/i.exec(word)?.[1]).find((name) => name !== undefined);
}

/** The demuxer of an input whose address decides it. */
export function formatOf(args: readonly string[]): string | undefined {
  return /^rtsps?:/i.test(args[args.indexOf('-i') + 1] ?? '') ? 'rtsp' : undefined;
}

/** No picture is begun before the one before it is complete. */
export function decodesInOrder(args: readonly string[]): boolean {
  return args.some((word, i) => word === 'slice' && args[i - 1] === '-thread_type');
}

/** ffmpeg marks pictures that the decoder had to repair in its log. */
export function marksDamage(version: FfmpegVersion): boolean {
  return isAtLeast(version, 4, 3);
}

/**
 * Arguments with which ffmpeg writes the first video stream, undecoded and unchanged, as NUT to the file descriptor
 * `COPY_FD`. The purpose of each option:
 * - `avoid_negative_ts`: without it, a copy of a stream with reordered pictures is shifted by that many pictures.
 * - `flush_packets`: each picture leaves at once.
 *
 * @param restamps true to invent decoding times for a stream without them, such as RTP: NUT takes no B-pictures
 *   otherwise. That holds back one picture.
 */
export function copyArguments(url: string, inputOptions: readonly string[], restamps: boolean): string[] {
  const command = fluent({ logger: undefined })
    .input(url)
    .inputOptions(...LOGGING, ...inputOptions);
  const stamps = ['-bsf:v', `setts=pts='${COPY_PTS}':dts='max(PREV_OUTDTS+1,${COPY_PTS}-2/TB)'`];
  return withCopy(command, restamps ? stamps : [])._getArguments();
}

function withCopy(command: fluent.FfmpegCommand, options: readonly string[]): fluent.FfmpegCommand {
  return command
    .output(`pipe:${COPY_FD}`)
    .noAudio()
    .videoCodec('copy')
    .outputOptions('-map', '0:V:0', ...options)
    .outputOptions('-avoid_negative_ts', 'disabled', '-flush_packets', '1')
    .format('nut')
    .outputOptions('-write_index', '0');
}

const STEP = 'PTS-PREV_INPTS';
const IS_UNKNOWN = ['PTS', 'PREV_INPTS'].map((time) => `isnan(${time})+lt(${time},-1e15)`).join('+');
/**
 * Keeps presentation times, except for pictures without one, and for those that go back further than B-pictures do
 * because the camera's clock was set: these come one tick after the previous one. Decoding times are two seconds
 * earlier.
 */
const COPY_PTS = `if(N,PREV_OUTPTS+if(${IS_UNKNOWN}+lte(${STEP},-1/TB)+not(${STEP}),1,${STEP}),10/TB)`;

export type PictureArguments = {
  /** A file's absolute path, or `pipe:0`. */
  readonly url: string;
  readonly inputOptions: readonly string[];
  /** As for `frameArguments`. */
  readonly stream?: MappedStream;
  /** As for `frameArguments`. */
  readonly view?: View | undefined;
  /** Presentation time of the wanted picture in microseconds. */
  readonly ptsUs: number;
};

/** Half a tick of a microsecond clock, which some time bases round to, and a little for floating-point numbers. */
const SAME_TIME_US = 0.75;

/**
 * Arguments with which ffmpeg writes one picture of a video stream to its standard output, as PPM at the size
 * at which it is shown. Only this picture is converted.
 */
export function pictureArguments(version: FfmpegVersion, options: PictureArguments): string[] {
  const { url, inputOptions, stream, view = AS_STATED, ptsUs } = options;
  const shown = shownExpressions(view);
  return fluent({ logger: undefined })
    .input(url)
    .inputOptions('-nostdin', '-hide_banner', '-nostats', '-v', 'error', ...inputOptions)
    .output('pipe:1')
    .noAudio()
    .videoFilters([
      `select='lt(abs(t*1000000-${ptsUs}),${SAME_TIME_US})'`,
      ...viewFilters(view),
      `scale=w='${shown.width}':h='${shown.height}':eval=frame:${EXACT}`,
      'format=rgb24',
    ])
    .videoCodec('ppm')
    .outputOptions(...mapOf(stream), ...passthrough(version), '-frames:v', '1', '-threads', '1')
    .format('image2pipe')
    ._getArguments();
}

/**
 * The filters of `fitPicture`, with the same arithmetic, for a picture that {@link viewFilters} give. A stream may
 * change the shape of its pixels alone, which `eval` follows. Without `full_chroma_inp` the last column of RGB pictures
 * of odd width comes out wrong; it does not change other pictures. Planes are made before a centred picture is padded,
 * because `pad` moves a picture with halved chroma to an even position.
 */
export function fitFilters(input: PictureFormat, view: View = AS_STATED): string[] {
  const { width, height, fit, position, padValue } = resolvedFormat(input);
  const flags = 'flags=bilinear+full_chroma_inp';
  if (fit === 'stretch') return [`scale=w=${width}:h=${height}:${flags}`, 'format=gbrp'];
  const shown = shownExpressions(view);
  const scale = `min(${width}/${shown.width},${height}/${shown.height})`;
  const grey = padValue.toString(16).padStart(2, '0').repeat(3);
  const [scaledWidth, scaledHeight] = [shown.width, shown.height].map((side) => `max(1,trunc(${side}*${scale}))`);
  const scaled = `scale=w='${scaledWidth}':h='${scaledHeight}':eval=frame:${flags}`;
  return position === 'corner'
    ? [scaled, `pad=${width}:${height}:0:0:color=0x${grey}:eval=frame`, 'format=gbrp']
    : [
        scaled,
        'format=gbrp',
        `pad=${width}:${height}:'trunc((ow-iw)/2)':'trunc((oh-ih)/2)':color=0x${grey}:eval=frame`,
      ];
}

/** Neither repeats nor leaves out a picture to even out the rate. */
export function passthrough(version: FfmpegVersion): string[] {
  return isAtLeast(version, 5, 1) ? ['-fps_mode', 'passthrough'] : ['-vsync', '0'];
}
