import { SourceError } from '../../../core/errors.js';
import { shortageText } from '../../../core/shortages.js';
import { isCropFailure } from '../../../core/view.js';
import type { FrameProcessEnd } from '../../ffmpeg/frame-process.js';
import { refusedContent } from '../../ffmpeg/reach.js';
import { listVideoStreams } from '../../ffmpeg/video-streams.js';
import { secondsText } from './video-info.js';
import type { VideoInput } from './video-input.js';

/** The reason why ffmpeg gave no picture, with a remedy. */
export function failureOf(
  video: VideoInput,
  { failure, errors, code, streams }: FrameProcessEnd,
  chosen: number | undefined,
): Error {
  const { name, redact } = video;
  const telling = errors.findLast((line) => !line.includes('Error marking filters as finished'));
  if (failure !== undefined)
    return failure instanceof SourceError && !isCropFailure(failure)
      ? failure
      : new SourceError(`"${name}" cannot be read: ${redact(shortageText(failure))}`, {
          cause: failure,
          ...(failure instanceof SourceError && { code: failure.code }),
        });
  const refused = refusedContent(errors);
  if (refused?.namesOthers === false) return notAVideo(video, `it is ${refused.is}`);
  if (refused !== undefined)
    return new SourceError(
      `"${name}" is ${refused.is}, not a video, and Nowcast opens no other files or addresses for it; give the video itself`,
      { code: 'NOWCAST_SOURCE_NOT_VIDEO' },
    );
  const logged = (pattern: RegExp): boolean => errors.some((line) => pattern.test(line));
  if (logged(/matches no streams|does not contain any stream/)) {
    const listed = listVideoStreams(streams);
    if (chosen === undefined || listed === '') return noVideo(video);
    return new SourceError(
      `"${name}" has no video stream ${chosen}; choose one of its video streams: ${redact(listed)}`,
      { code: 'NOWCAST_SOURCE_NO_STREAM' },
    );
  }
  if (logged(/moov atom not found/)) {
    return new SourceError(
      `"${name}" is not a video, or it is truncated: it lacks its index (the "moov atom"), which is often at the end; copy or record it again`,
      { code: 'NOWCAST_SOURCE_NOT_VIDEO' },
    );
  }
  return notAVideo(
    video,
    telling === undefined ? `ffmpeg ended with code ${code} and did not say why` : `ffmpeg says: ${redact(telling)}`,
  );
}

export function noVideo({ name }: VideoInput): SourceError {
  return new SourceError(`"${name}" holds no video, only sound or data; give a file with pictures`, {
    code: 'NOWCAST_SOURCE_NO_VIDEO',
  });
}

export function notAVideo({ name, url }: VideoInput, why: string): SourceError {
  const remedy = /^https?:/i.test(url)
    ? 'check the address, or download the file and play that: a server without byte ranges cannot give an index at its end'
    : 'check the file, or convert it';
  return new SourceError(`"${name}" is not a video that ffmpeg can read (${why}); ${remedy}`, {
    code: 'NOWCAST_SOURCE_NOT_VIDEO',
  });
}

/** @param lengthMs of the file */
export function beyondTheEnd({ name }: VideoInput, startMs: number, lengthMs: number): SourceError {
  return new SourceError(
    `start is ${secondsText(startMs)}, but "${name}" is ${secondsText(lengthMs)} long; choose an earlier start`,
    { code: 'NOWCAST_SOURCE_START' },
  );
}
