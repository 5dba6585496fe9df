import { askFfmpeg } from './ask.js';
import { parseColourTags, type ColourTags } from './colour-tags.js';
import { bestVideoStream, videoStreamIn } from './video-streams.js';

export type VideoDescription = {
  readonly tags: ColourTags;
  /** Number of the best video stream; absent if ffmpeg cannot describe the input. */
  readonly stream?: number;
};

/** Asks ffmpeg for an input's best video stream, the one that a run plays. */
export async function describeVideo(ffmpegPath: string, url: string): Promise<VideoDescription> {
  // Without an output ffmpeg describes its input and fails.
  const { log } = await askFfmpeg(ffmpegPath, ['-nostdin', '-hide_banner', '-i', url]).catch(() => ({ log: '' }));
  return parseDescription(log);
}

/** @param description ffmpeg's output about its input */
export function parseDescription(description: string): VideoDescription {
  const described = description.split('\n').flatMap((line) => {
    const stream = videoStreamIn(line);
    return stream === undefined ? [] : [{ line, stream }];
  });
  const best = bestVideoStream(described.map(({ stream }) => stream));
  const line = described.find(({ stream }) => stream === best)?.line;
  return { tags: parseColourTags(line ?? ''), ...(best === undefined ? {} : { stream: best.index }) };
}
