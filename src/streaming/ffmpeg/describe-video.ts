import { askFfmpeg } from './ask.js';
import { parseColourTags, type ColourTags } from './colour-tags.js';
import type { MappedStream } from './arguments.js';
import type { FfmpegProgram } from './cage.js';
import type { Needs } from './needs.js';
import { bestVideoStream, durationIn, videoStreamIn, type VideoStream } from './video-streams.js';

export type VideoDescription = {
  readonly tags: ColourTags;
  /** Names of the demuxer; absent if ffmpeg cannot describe the input. */
  readonly format?: string;
  readonly durationMs?: number;
  /** The stream to play; absent if ffmpeg cannot describe the input. */
  readonly stream?: MappedStream;
};

export type DescribedInput = {
  readonly url: string;
  readonly inputOptions: readonly string[];
  readonly needs: Needs;
};

/**
 * Asks ffmpeg for a video stream of an input.
 * @param chosen undefined for the best one
 */
export async function describeVideo(
  ffmpeg: FfmpegProgram,
  { url, inputOptions, needs }: DescribedInput,
  chosen: MappedStream,
): Promise<VideoDescription> {
  // Without an output ffmpeg describes its input and fails.
  const args = ['-nostdin', '-hide_banner', ...inputOptions, '-i', url];
  const { log } = await askFfmpeg(ffmpeg, args, needs).catch(() => ({ log: '' }));
  return parseDescription(log, chosen);
}

/** @param description ffmpeg's output about its input */
export function parseDescription(description: string, chosen: MappedStream): VideoDescription {
  const described = description.split('\n').flatMap((line) => {
    const stream = videoStreamIn(line);
    return stream === undefined ? [] : [{ line, stream }];
  });
  const streams = described.map(({ stream }) => stream);
  const played = streamOf(streams, chosen);
  const tags = parseColourTags(described.find(({ stream }) => stream === played)?.line ?? '');
  const format = /^Input #0, (.+?), from '/m.exec(description)?.[1];
  const durationMs = durationIn(/^ {2}Duration: .*/m.exec(description)?.[0] ?? '');
  const mapped = chosen ?? played?.index;
  return {
    tags,
    ...(format !== undefined && { format }),
    ...(durationMs !== undefined && { durationMs }),
    ...(mapped !== undefined && { stream: mapped }),
  };
}

function streamOf(streams: readonly VideoStream[], chosen: MappedStream): VideoStream | undefined {
  if (chosen === undefined) return bestVideoStream(streams);
  return typeof chosen === 'number'
    ? streams.find(({ index }) => index === chosen)
    : streams.filter(({ isCover }) => !isCover)[chosen.video];
}
