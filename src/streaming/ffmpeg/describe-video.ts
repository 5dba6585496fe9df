import { askFfmpeg } from './ask.js';
import { parseColourTags, type ColourTags } from './colour-tags.js';
import type { MappedStream } from './arguments.js';
import { bestVideoStream, durationIn, videoStreamIn } from './video-streams.js';

export type VideoDescription = {
  readonly tags: ColourTags;
  /** Names of the demuxer; absent if ffmpeg cannot describe the input. */
  readonly format?: string;
  readonly durationMs?: number;
  /** The stream that a run plays; absent if ffmpeg cannot describe the input. */
  readonly stream?: MappedStream;
};

/**
 * Asks ffmpeg for the video stream of an input that a run plays.
 * @param chosen its number among the input's videos; undefined for the best one
 */
export async function describeVideo(
  ffmpegPath: string,
  url: string,
  chosen: number | undefined,
): Promise<VideoDescription> {
  // Without an output ffmpeg describes its input and fails.
  const { log } = await askFfmpeg(ffmpegPath, ['-nostdin', '-hide_banner', '-i', url]).catch(() => ({ log: '' }));
  return parseDescription(log, chosen);
}

/** @param description ffmpeg's output about its input */
export function parseDescription(description: string, chosen: number | undefined): VideoDescription {
  const described = description.split('\n').flatMap((line) => {
    const stream = videoStreamIn(line);
    return stream === undefined ? [] : [{ line, stream }];
  });
  const streams = described.map(({ stream }) => stream);
  const played = chosen === undefined ? bestVideoStream(streams) : streams.filter(({ isCover }) => !isCover)[chosen];
  const tags = parseColourTags(described.find(({ stream }) => stream === played)?.line ?? '');
  const format = /^Input #0, (.+?), from '/m.exec(description)?.[1];
  const durationMs = durationIn(/^ {2}Duration: .*/m.exec(description)?.[0] ?? '');
  const facts = { tags, ...(format !== undefined && { format }), ...(durationMs !== undefined && { durationMs }) };
  if (chosen !== undefined) return { ...facts, stream: { video: chosen } };
  return { ...facts, ...(played === undefined ? {} : { stream: played.index }) };
}
