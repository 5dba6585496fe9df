import type { Size } from '../../core/size.js';

/** One video stream of an input, as ffmpeg describes it. */
export type VideoStream = {
  /** Its number among all streams of the input: ffmpeg's `0:index`. */
  readonly index: number;
  /** As ffmpeg names it: `h264`. */
  readonly codec: string;
  /** As coded; absent if ffmpeg does not know it. */
  readonly size?: Size;
  readonly fps?: number;
  /** Its author marks it as the one to play. */
  readonly isDefault: boolean;
  /** A picture of the title, such as an album's, not a video. */
  readonly isCover: boolean;
};

/** A choice of a video stream by its number among those of the input, from 0 on; cover pictures do not count. */
export type ChosenStream = { readonly video: number };

const VIDEO = /^ {2,4}Stream #0:(\d+)\S*: Video: (\w+)/;

/** @param line of ffmpeg's description of its input; undefined for other lines */
export function videoStreamIn(line: string): VideoStream | undefined {
  const [, index, codec] = VIDEO.exec(line) ?? [];
  if (index === undefined) return undefined;
  const size = /, (\d+)x(\d+)(?=[ ,]|$)/.exec(line);
  const fps = /, ([\d.]+)(k?) (?:fps|tbr)/.exec(line);
  return {
    index: Number(index),
    codec,
    ...(size === null ? {} : { size: { width: Number(size[1]), height: Number(size[2]) } }),
    ...(fps === null ? {} : { fps: Number(fps[1]) * (fps[2] === 'k' ? 1000 : 1) }),
    isDefault: line.includes(' (default)'),
    isCover: line.includes('(attached pic)'),
  };
}

/** @param line of ffmpeg's description of its input; milliseconds, or undefined for other lines */
export function durationIn(line: string): number | undefined {
  const found = /^ {2}Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?), /.exec(line);
  if (found === null) return undefined;
  const [hours, minutes, seconds] = found.slice(1).map(Number);
  return Math.round((hours * 3600 + minutes * 60 + seconds) * 1000);
}

/**
 * The stream that players show: the largest one, of equal ones the default one, of these the first. Undefined without a
 * video.
 *
 * A tag of the file can look like the description of a stream. Of two different streams with one number, neither is
 * chosen; a stream that does not exist is found out when ffmpeg opens it.
 */
export function bestVideoStream(streams: readonly VideoStream[]): VideoStream | undefined {
  const isSame = (one: VideoStream, other: VideoStream): boolean =>
    one.isCover === other.isCover && areaOf(one) === areaOf(other);
  return streams
    .filter((stream) => !stream.isCover)
    .filter((stream) => streams.every((other) => other.index !== stream.index || isSame(stream, other)))
    .toSorted(
      (one, other) =>
        areaOf(other) - areaOf(one) || Number(other.isDefault) - Number(one.isDefault) || one.index - other.index,
    )[0];
}

/** The streams that a {@link ChosenStream} counts, for a message: `0 (320x240 h264), 1 (160x120 vp9)`. */
export function listVideoStreams(streams: readonly VideoStream[]): string {
  const videos = streams
    .filter(({ isCover }) => !isCover)
    .map(({ size, codec }, i) => `${i} (${size === undefined ? '' : `${size.width}x${size.height} `}${codec})`);
  return videos.join(', ');
}

function areaOf({ size }: VideoStream): number {
  return size === undefined ? 0 : size.width * size.height;
}
