import { SourceError } from '../../../core/errors.js';
import type { PerceptEvent } from '../../../core/events.js';
import type { Size } from '../../../core/size.js';
import { AS_STATED, isQuarterTurn, type View } from '../../../core/view.js';
import { mapOf, passthrough, type MappedStream } from '../../ffmpeg/arguments.js';
import type { Ffmpeg } from '../../ffmpeg/binary.js';
import { isStray, streamTimesOf, type TimeOffset } from '../../sources/camera/copy/kept-times.js';
import { NutReader } from '../../ffmpeg/nut-reader.js';
import { Annotator } from './annotator.js';
import { colourArguments, type ColourTags } from '../../ffmpeg/colour-tags.js';
import { describeVideo } from '../../ffmpeg/describe-video.js';
import { FfmpegChild } from '../../ffmpeg/child.js';
import { nutFileHeader, nutFrameHeader } from '../../ffmpeg/nut-writer.js';
import { viewFilters } from '../../ffmpeg/view-filters.js';
import { seekOptions } from '../../ffmpeg/seek.js';
import { VideoEncoder } from '../../ffmpeg/video-encoder.js';
import { PerceptTimeline } from '../../../recording/percept-timeline.js';
import type { Selection } from '../../sources/selection.js';
import { videoInput, type VideoInput } from '../../sources/video/video-input.js';
import { VideoDraft } from './video-output.js';

export type AnnotateVideoOptions = Selection & {
  readonly ffmpeg: Ffmpeg;
  /** The video of the run, or the kept copy of a camera. */
  readonly source: string;
  /** The stream that the run played. Default: the one of `stream`, else the best one. */
  readonly played?: NonNullable<MappedStream>;
  /** Percepts of one stream, in about the order in which they were emitted. */
  readonly percepts: AsyncIterable<PerceptEvent> | Iterable<PerceptEvent>;
  /** Path of the MP4. A file of that name exists only once it is complete. */
  readonly out: string;
  /** Converts the times of a camera's kept copy to those of the percepts. A video file needs no conversion. */
  readonly offsets?: readonly TimeOffset[];
  /** Leaves out pictures after this percept's time, at which the run stopped before the video did. */
  readonly untilPtsMs?: number;
  readonly onProgress?: (progress: AnnotationProgress) => void;
  readonly signal?: AbortSignal;
};

export type AnnotationProgress = { readonly pictureCount: number; readonly ptsMs: number };

/**
 * Draws percepts into their video: H.264 in MP4, at the source's resolution, each picture at its exact time. It is a
 * second pass over the source, so that a live run pays nothing for it. Sound is left out. Pictures of odd size are
 * stretched by one pixel, because H.264 needs even sizes, and pixels become square.
 *
 * @throws OutputError if the file cannot be written or encoded, SourceError if the source has no picture, the signal's
 *   reason if it was aborted; no file and no process remains
 */
export async function annotateVideo(options: AnnotateVideoOptions): Promise<AnnotationProgress> {
  const { ffmpeg, signal } = options;
  const source = videoInput(options.source);
  const draft = new VideoDraft(options.out);
  const timeline = new PerceptTimeline(options.percepts, ...(options.offsets === undefined ? [] : [EXACT_MS]));
  let decoder: FfmpegChild | undefined;
  let encoder: VideoEncoder | undefined;
  const abort = (): void => {
    void decoder?.kill();
    void encoder?.abandon();
  };
  signal?.addEventListener('abort', abort);
  try {
    const { startMs = 0 } = options;
    const chosen = options.played ?? (options.stream === undefined ? undefined : { video: options.stream });
    const { tags, format, stream } = await describeVideo(ffmpeg, source, chosen);
    signal?.throwIfAborted();
    decoder = new FfmpegChild({
      ffmpeg,
      needs: source.needs,
      args: decoderArguments(ffmpeg, source, {
        stream,
        view: options.view,
        isKeptCopy: options.offsets !== undefined,
        seek: seekOptions(format, startMs) ?? [],
      }),
      stdout: 'pipe',
    });
    encoder = new VideoEncoder(ffmpeg, encoderArguments(ffmpeg, tags, draft.path), options.out);
    const progress = await paint(decoder, encoder, timeline, options);
    signal?.throwIfAborted();
    if (progress.pictureCount === 0)
      throw new SourceError(
        `${source.name} cannot be annotated: ${source.redact(await decoder.lastWords('it holds no picture'))}`,
      );
    await encoder.end();
    signal?.throwIfAborted();
    draft.complete();
    return progress;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
    await Promise.all([decoder?.kill(), encoder?.abandon(), timeline.close()]);
    draft.discard();
  }
}

/** Decodes, draws and encodes one picture at a time; the three processes work at the same time. */
async function paint(
  decoder: FfmpegChild,
  encoder: VideoEncoder,
  timeline: PerceptTimeline,
  options: AnnotateVideoOptions,
): Promise<AnnotationProgress> {
  const { offsets = [], startMs = 0, untilPtsMs = Infinity, onProgress } = options;
  const streamTimeOf = streamTimesOf(offsets);
  let picture: { readonly bytes: Uint8Array; readonly ptsUs: number } | undefined;
  let memory: Uint8Array | undefined = new Uint8Array(0);
  const reader = new NutReader({
    getTarget: (byteLength) => {
      if (memory === undefined) return 'wait';
      const bytes = memory.length === byteLength ? memory : new Uint8Array(byteLength);
      memory = undefined;
      return bytes;
    },
    onFrame: ({ target, ptsUs }) => {
      picture = { bytes: target!, ptsUs };
    },
  });
  let annotator: Annotator | undefined;
  let size: Size | undefined;
  let progress: AnnotationProgress = { pictureCount: 0, ptsMs: 0 };
  let lastPtsUs = -1;
  let lastFrameUs = -Infinity;
  for await (const chunk of (decoder.stdout ?? []) as AsyncIterable<Buffer>) {
    for (reader.push(chunk); picture !== undefined; reader.resume()) {
      const { bytes, ptsUs } = picture;
      picture = undefined;
      const isBefore = ptsUs < startMs * 1_000;
      if (isBefore || (options.offsets !== undefined && isStray(offsets, ptsUs, lastFrameUs))) {
        memory = bytes;
        continue;
      }
      lastFrameUs = ptsUs;
      const ptsMs = streamTimeOf(ptsUs);
      if (ptsMs > untilPtsMs) return progress;
      if (size === undefined) {
        size = reader.pictureSize!;
        await encoder.write(nutFileHeader(size));
      }
      annotator ??= new Annotator(size);
      annotator.draw({ ...size, bytes }, ptsMs, await timeline.at(ptsMs));
      // Players need strictly increasing times.
      lastPtsUs = Math.max(lastPtsUs + 1, Math.round(ptsMs * 1_000));
      await encoder.write(nutFrameHeader(lastPtsUs, bytes.length));
      await encoder.write(bytes);
      memory = bytes;
      progress = { pictureCount: progress.pictureCount + 1, ptsMs };
      onProgress?.(progress);
    }
  }
  return progress;
}

/** Half the finest step of stream time: while a camera's clock stands still, its pictures are only that step apart. */
const EXACT_MS = 0.0005;

/** Square pixels, even size, and unchanged colours except for their range. */
function filters(view: View): string[] {
  const [width, height] = isQuarterTurn(view) ? ['iw', 'ih/sar'] : ['iw*sar', 'ih'];
  const scale = `scale=w='2*ceil(${width}/2)':h='2*ceil(${height}/2)':out_range=tv`;
  return [...viewFilters(view), scale, 'setsar=1', 'format=yuv420p'];
}

type Played = {
  readonly stream: MappedStream;
  readonly view: View | undefined;
  /** True to use the file's times as they are; those of a video are moved to begin at 0. */
  readonly isKeptCopy: boolean;
  readonly seek: readonly string[];
};

/** The choice of stream and the times must be those of the run: see `frameArguments`. */
function decoderArguments(
  { version }: Ffmpeg,
  { url, inputOptions }: VideoInput,
  { stream, view = AS_STATED, isKeptCopy, seek }: Played,
): string[] {
  return [
    '-nostdin',
    '-v',
    'repeat+error',
    ...(isKeptCopy ? ['-copyts'] : []),
    ...inputOptions,
    ...(seek.length === 0 ? [] : [...seek, '-noaccurate_seek']),
    '-i',
    url,
    ...mapOf(stream),
    '-an',
    '-vf',
    filters(view).join(),
    '-c:v',
    'rawvideo',
    ...passthrough(version),
    '-enc_time_base',
    '1:1000000',
    '-threads',
    '1',
    '-f',
    'nut',
    '-write_index',
    '0',
    'pipe:1',
  ];
}

function encoderArguments({ version }: Ffmpeg, tags: ColourTags, out: string): string[] {
  return [
    '-v',
    'repeat+error',
    '-y',
    '-f',
    'nut',
    '-i',
    'pipe:0',
    '-map',
    '0:v:0',
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-crf',
    '20',
    '-pix_fmt',
    'yuv420p',
    ...colourArguments(tags),
    ...passthrough(version),
    '-enc_time_base',
    '1:1000000',
    '-video_track_timescale',
    '1000000',
    '-movflags',
    '+faststart',
    '-f',
    'mp4',
    out,
  ];
}
