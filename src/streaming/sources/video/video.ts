import { asyncScheduler, Observable, type Subscription } from 'rxjs';
import { InternalError, SourceError } from '../../../core/errors.js';
import type { SourceEvent } from '../../../core/events.js';
import type { FrameSlot } from '../../../core/frame-pool.js';
import { shownSizeText, type Size } from '../../../core/size.js';
import { checkView, isCropFailure } from '../../../core/view.js';
import { frameArguments, type MappedStream } from '../../ffmpeg/arguments.js';
import type { Ffmpeg } from '../../ffmpeg/binary.js';
import type { InputDescription } from '../../ffmpeg/log.js';
import { FrameProcess, type FrameProcessEnd } from '../../ffmpeg/frame-process.js';
import { filePictures, READ_ONCE } from '../../originals/file-pictures.js';
import type { Originals } from '../../originals/originals.js';
import { bestVideoStream, listVideoStreams } from '../../ffmpeg/video-streams.js';
import type { Selection } from '../selection.js';
import { playInto, type PlaybackOptions } from '../playout.js';
import { checkVideo, videoInput, type VideoInput } from './video-input.js';

export type VideoOptions = PlaybackOptions &
  Selection & {
    readonly ffmpeg: Ffmpeg;
    /** Ends after this many frames. */
    readonly maxFrames?: number;
    /** Options of ffmpeg for this input, one word each: `['-itsscale', '0.5']` plays at twice the speed. */
    readonly inputOptions?: readonly string[];
    /** Receives the file, so that originals can be had even after the source has ended. Default: none. */
    readonly originals?: Originals;
    /** Called with the stream that is played; called again if ffmpeg cannot decode that one, and another is played. */
    readonly onStream?: (stream: NonNullable<MappedStream>) => void;
    /** Called once before the first frame with the facts about the file, to show progress. */
    readonly onInfo?: (info: VideoInfo) => void;
  };

/** The facts that a file states about itself. */
export type VideoInfo = InputDescription & {
  /** Estimated from duration and frame rate. */
  readonly expectedFrames?: number;
};

/** A decoder that gives neither a picture nor a message is looked at this often, and ended at the last look. */
const LOOK_EVERY_MS = 1_000;
const MOST_SILENT_LOOKS = 30;

/** A stream that ends with errors before this share of the container's announced length was truncated. */
const COMPLETE_SHARE = 0.95;

/**
 * A video by its path, by a URL of `http` or `https`, or from standard input (`pipe:0`), as a stream of frames: status
 * `streaming`, frames, status `ended`, complete. If the file is truncated or cannot be read to its end, or if ffmpeg
 * stops, the readable frames still come; then `failed` replaces `ended` and states how far it got.
 *
 * At the source's pace, frames are read ahead and emitted when they are due; `capturedAtMs` is that time. At maximum
 * pace, reading waits for the consumer, nothing is lost, and `capturedAtMs` is when the picture was ready.
 *
 * Errors with a SourceError before the first frame: `NOWCAST_SOURCE_MISSING`, `_FOLDER`, `_EMPTY`, `_NOT_VIDEO`,
 * `_NO_VIDEO` (a file without a picture stream), `_NO_STREAM` (without the one of `stream`). Each subscription plays
 * from the beginning; unsubscribing ends ffmpeg. A picture that does not contain the crop of `view` ends it with
 * `NOWCAST_SOURCE_CROP`.
 * @throws UsageError if the view is malformed
 */
export function videoSource(path: string, options: VideoOptions): Observable<SourceEvent> {
  checkView(options.view ?? {});
  return new Observable((subscriber) => {
    const { input, ffmpeg } = options;
    const video = videoInput(path);
    const inputOptions = [...video.inputOptions, ...(options.inputOptions ?? [])];
    let process: FrameProcess | undefined;
    /** The stream that is played. */
    let stream: MappedStream;
    /** Slots that ffmpeg's output is being read into, in order. */
    const reading: FrameSlot[] = [];
    let info: VideoInfo = {};
    /** Of the newest picture, before cropping. */
    let whole: Size | undefined;
    let reachedMs = 0;
    let silentLooks = 0;
    let watch: Subscription | undefined;
    const { playout, status } = playInto(subscriber, options, () => process?.resume());

    /** Counts looks, not time: a machine may sleep in between. */
    const look = (): void => {
      silentLooks = playout.isFull(reading.length) ? 0 : silentLooks + 1;
      if (silentLooks >= MOST_SILENT_LOOKS) void process?.stop();
      else watch = (options.scheduler ?? asyncScheduler).schedule(look, LOOK_EVERY_MS);
    };
    const start = (isReadAgain: boolean): void => {
      const pictures = {
        ...video,
        ffmpeg,
        isTimeChanged: options.inputOptions !== undefined,
        view: options.view,
        format: () => info.format,
        stream: () => stream,
      };
      options.originals?.add(options.streamId, isReadAgain ? filePictures(pictures) : READ_ONCE);
      // The writer of a pipe may rest for any time.
      if (isReadAgain) look();
      if (options.stream !== undefined) play({ video: options.stream }, false);
      else play(isReadAgain ? undefined : 'automatic', isReadAgain);
    };
    /** @param mayChange ffmpeg begins again with the best stream if its description of the input shows a better one */
    const play = (which: MappedStream | 'automatic', mayChange: boolean): void => {
      stream = which === 'automatic' ? undefined : which;
      if (which !== 'automatic') options.onStream?.(which ?? { video: 0 });
      let isChosen = !mayChange;
      let isSuperseded = false;
      const current = new FrameProcess({
        ffmpeg,
        args: frameArguments(ffmpeg.version, { ...options, stream: which, url: video.url, inputOptions }),
        view: options.view,
        inheritsInput: video.isStandardInput,
        channels: input.channels,
        ...(options.slots !== undefined && { mostUndecided: Math.max(1, options.slots - 2) }),
        onStreams(streams) {
          if (which === 'automatic' && streams.length > 0 && streams.every(({ isCover }) => isCover))
            throw noVideo(video);
          if (isChosen) return;
          isChosen = true;
          const best = bestVideoStream(streams);
          if (best === undefined || best.index === streams.find(({ isCover }) => !isCover)?.index) current.resume();
          else {
            isSuperseded = true;
            void current.stop().then(() => {
              if (!subscriber.closed) play(best.index, false);
            });
          }
        },
        getTarget(byteLength, ptsUs) {
          if (!isChosen) return 'wait';
          if (byteLength !== playout.slotBytes)
            throw new InternalError(`ffmpeg sent a picture of ${byteLength} bytes instead of ${playout.slotBytes}`);
          const slot = playout.acquire(ptsUs / 1000);
          if (slot === undefined || slot === 'wait') return slot;
          reading.push(slot);
          return slot.bytes;
        },
        onInput(description) {
          // ffmpeg draws any text that it cannot identify with its terminal emulation.
          if (description.format === 'tty') throw notAVideo(video, 'it is text');
          info = describe(description, options);
          options.onInfo?.(info);
        },
        onLine() {
          silentLooks = 0;
        },
        onPicture(picture) {
          silentLooks = 0;
          if (whole !== (picture.whole ?? picture.size)) {
            const text = shownSizeText(picture);
            status('streaming', whole === undefined ? summary(text, info) : `the picture is now ${text}`);
            whole = picture.whole ?? picture.size;
          }
          const ptsMs = picture.ptsUs / 1000;
          reachedMs = Math.max(reachedMs, ptsMs);
          playout.push(
            picture.target === undefined
              ? { ptsMs, lost: 'superseded' }
              : { ptsMs, size: picture.size, corrupt: picture.corrupt, slot: reading.shift()! },
          );
        },
      });
      process = current;
      void current.closed.then((end) => {
        if (isSuperseded || subscriber.closed) return;
        // A tag described a stream that does not exist, or ffmpeg cannot decode the best one.
        if (typeof which === 'number' && end.pictureCount === 0 && !end.stopped) {
          play(undefined, false);
          return;
        }
        watch?.unsubscribe();
        if (end.stopped && end.failure === undefined) {
          const stalled = `the decoder gives no picture for ${(MOST_SILENT_LOOKS * LOOK_EVERY_MS) / 1_000} s`;
          if (end.pictureCount === 0) subscriber.error(new SourceError(`"${video.name}" cannot be read: ${stalled}`));
          else
            playout.finish(() => {
              status('failed', `${stalled}, after ${end.pictureCount} frames, up to ${secondsText(reachedMs)}`);
              subscriber.complete();
            });
          return;
        }
        if (end.pictureCount === 0 || end.failure !== undefined) {
          playout.finish(() => subscriber.error(failureOf(video, end, options.stream)));
          return;
        }
        playout.finish(() => {
          const isShort = options.maxFrames === undefined && endsEarly(end, info);
          const cut = end.cutOff || end.code !== 0 || (isShort && (end.inputErrors.length > 0 || end.endsInPacket));
          status(
            cut ? 'failed' : 'ended',
            video.redact(endMessage(end, reachedMs, cut && isShort ? info.durationMs : undefined, cut)),
          );
          subscriber.complete();
        });
      });
    };

    subscriber.add(() => {
      watch?.unsubscribe();
      void process?.stop();
      playout.close();
      for (const slot of reading.splice(0)) slot.release();
    });
    checkVideo(path, ffmpeg)
      .then(({ isReadAgain }) => {
        if (!subscriber.closed) start(isReadAgain);
      })
      .catch((error: unknown) => subscriber.error(error));
  });
}

/** The reason why ffmpeg gave no picture, with a remedy. */
function failureOf(
  video: VideoInput,
  { failure, errors, code, streams }: FrameProcessEnd,
  chosen: number | undefined,
): Error {
  const { name, redact } = video;
  const telling = errors.findLast((line) => !line.includes('Error marking filters as finished'));
  if (failure !== undefined)
    return failure instanceof SourceError && !isCropFailure(failure)
      ? failure
      : new SourceError(`"${name}" cannot be read: ${redact(failure.message)}`, {
          cause: failure,
          ...(failure instanceof SourceError && { code: failure.code }),
        });
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

function noVideo({ name }: VideoInput): SourceError {
  return new SourceError(`"${name}" holds no video, only sound or data; give a file with pictures`, {
    code: 'NOWCAST_SOURCE_NO_VIDEO',
  });
}

function notAVideo({ name }: VideoInput, why: string): SourceError {
  return new SourceError(`"${name}" is not a video that ffmpeg can read (${why}); check the file, or convert it`, {
    code: 'NOWCAST_SOURCE_NOT_VIDEO',
  });
}

function describe(input: InputDescription, { maxFrames = Infinity, inputOptions = [] }: VideoOptions): VideoInfo {
  const { durationMs, fps, ...rest } = input;
  const frames = durationMs === undefined || fps === undefined ? Infinity : Math.round((durationMs * fps) / 1000);
  const expected = Math.min(maxFrames, frames);
  // Options may change the times, which then differ from the container's facts.
  return {
    ...(inputOptions.length === 0 ? input : rest),
    ...(expected === Infinity ? {} : { expectedFrames: expected }),
  };
}

function summary(size: string, { fps, durationMs }: VideoInfo): string {
  return [size, fps === undefined ? [] : `${fps} fps`, durationMs === undefined ? [] : secondsText(durationMs)]
    .flat()
    .join(', ');
}

/** @param ofMs announced by the container, if fewer came */
function endMessage(end: FrameProcessEnd, reachedMs: number, ofMs: number | undefined, cut: boolean): string {
  const far = `${end.pictureCount} frames, up to ${secondsText(reachedMs)}${ofMs === undefined ? '' : ` of ${secondsText(ofMs)}`}`;
  const reason = end.inputErrors.at(-1) ?? end.errors.at(-1);
  return cut ? `cut off or damaged after ${far}${reason === undefined ? '' : `; ffmpeg says: ${reason}`}` : far;
}

/** The packets end before the length that the container announces; both count from its own zero. */
function endsEarly({ reachedMs }: FrameProcessEnd, { durationMs, fps = 25 }: VideoInfo): boolean {
  return reachedMs !== undefined && durationMs !== undefined && reachedMs + 2000 / fps < durationMs * COMPLETE_SHARE;
}

function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
