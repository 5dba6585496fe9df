import { asyncScheduler, Observable, type Subscription } from 'rxjs';
import { InternalError, SourceError, UsageError } from '../../../core/errors.js';
import type { SourceEvent } from '../../../core/events.js';
import type { FrameSlot } from '../../../core/frame-pool.js';
import { shownSizeText, type Size } from '../../../core/size.js';
import { checkView } from '../../../core/view.js';
import { frameArguments, type MappedStream } from '../../ffmpeg/arguments.js';
import type { Ffmpeg } from '../../ffmpeg/binary.js';
import { FrameProcess } from '../../ffmpeg/frame-process.js';
import { filePictures, READ_ONCE } from '../../originals/file-pictures.js';
import type { Originals } from '../../originals/originals.js';
import { EVERYTHING } from '../../ffmpeg/needs.js';
import { describeVideo } from '../../ffmpeg/describe-video.js';
import { seekOptions } from '../../ffmpeg/seek.js';
import { bestVideoStream } from '../../ffmpeg/video-streams.js';
import type { Selection } from '../selection.js';
import { playInto, type PlaybackOptions } from '../playout.js';
import { beyondTheEnd, failureOf, notAVideo, noVideo } from './video-errors.js';
import { describe, endMessage, endsEarly, secondsText, summary, type VideoInfo } from './video-info.js';
import { checkVideo, videoInput } from './video-input.js';
import { counted } from '../../../core/counted.js';

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

/** A decoder that gives neither a picture nor a message is looked at this often, and ended at the last look. */
const LOOK_EVERY_MS = 1_000;
const MOST_SILENT_LOOKS = 30;

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
 * `NOWCAST_SOURCE_CROP`; a file that is over before `startMs` gives `NOWCAST_SOURCE_START`.
 * @throws UsageError if the view is malformed, or the start is no time
 */
export function videoSource(path: string, options: VideoOptions): Observable<SourceEvent> {
  checkView(options.view ?? {});
  checkStart(options.startMs);
  return new Observable((subscriber) => {
    const { input, ffmpeg, startMs = 0, maxFrames = Infinity } = options;
    const video = videoInput(path);
    const inputOptions = [...video.inputOptions, ...(options.inputOptions ?? [])];
    const needs = options.inputOptions === undefined ? video.needs : EVERYTHING;
    /** Lead ffmpeg to a key picture before the start. */
    let seek: readonly string[] = [];
    let process: FrameProcess | undefined;
    /** The stream that is played. */
    let stream: MappedStream;
    /** Slots that ffmpeg's output is being read into, in order. */
    const reading: FrameSlot[] = [];
    let info: VideoInfo = {};
    /** Of the newest picture, before cropping. */
    let whole: Size | undefined;
    /** Frames, and the time of the newest picture, passed over or not. */
    let count = 0;
    let reachedMs = 0;
    let isEnough = false;
    let lengthMs: number | undefined;
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
        needs,
        args: frameArguments(ffmpeg.version, {
          input,
          view: options.view,
          stream: which,
          url: video.url,
          inputOptions: [...inputOptions, ...seek],
          // Pictures that are passed over do not count.
          ...(startMs === 0 && options.maxFrames !== undefined && { maxFrames }),
        }),
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
          if (ptsUs < startMs * 1000) return undefined;
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
          const ptsMs = picture.ptsUs / 1000;
          reachedMs = Math.max(reachedMs, ptsMs);
          if (ptsMs < startMs || isEnough) return;
          count += 1;
          if (whole !== (picture.whole ?? picture.size)) {
            const text = shownSizeText(picture);
            status('streaming', whole === undefined ? summary(text, info) : `the picture is now ${text}`);
            whole = picture.whole ?? picture.size;
          }
          playout.push(
            picture.target === undefined
              ? { ptsMs, lost: 'superseded' }
              : { ptsMs, size: picture.size, corrupt: picture.corrupt, slot: reading.shift()! },
          );
          isEnough = startMs > 0 && count === maxFrames;
          if (isEnough) void current.stop();
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
        if (end.stopped && end.failure === undefined && !isEnough) {
          const stalled = `the decoder gives no picture for ${(MOST_SILENT_LOOKS * LOOK_EVERY_MS) / 1_000} s`;
          if (end.pictureCount === 0) subscriber.error(new SourceError(`"${video.name}" cannot be read: ${stalled}`));
          else
            playout.finish(() => {
              status('failed', `${stalled}, after ${counted(count, 'frame')}, up to ${secondsText(reachedMs)}`);
              subscriber.complete();
            });
          return;
        }
        // A seek behind the end gives no picture at all.
        if (end.pictureCount === 0 && startMs > 0 && lengthMs !== undefined && startMs >= lengthMs && end.code === 0) {
          subscriber.error(beyondTheEnd(video, startMs, lengthMs));
          return;
        }
        if (end.pictureCount === 0 || end.failure !== undefined) {
          playout.finish(() => subscriber.error(failureOf(video, end, options.stream)));
          return;
        }
        playout.finish(() => {
          const isShort = options.maxFrames === undefined && endsEarly(end, info);
          const isCut = end.cutOff || end.code !== 0 || (isShort && (end.inputErrors.length > 0 || end.endsInPacket));
          if (count === 0 && !isCut) {
            subscriber.error(beyondTheEnd(video, startMs, info.durationMs ?? reachedMs));
            return;
          }
          const cut = isCut && !isEnough;
          const ofMs = cut && isShort ? info.durationMs : undefined;
          status(cut ? 'failed' : 'ended', video.redact(endMessage(end, { count, reachedMs, ofMs }, cut)));
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
    const findStart = async (): Promise<void> => {
      if (startMs === 0 || options.inputOptions !== undefined) return;
      const { format, durationMs } = await describeVideo(ffmpeg, video, undefined);
      const found = seekOptions(format, startMs);
      lengthMs = durationMs;
      if (found !== undefined) seek = [...found, '-noaccurate_seek'];
    };
    checkVideo(path, ffmpeg)
      .then(async ({ isReadAgain }) => {
        if (isReadAgain) await findStart();
        if (!subscriber.closed) start(isReadAgain);
      })
      .catch((error: unknown) => subscriber.error(error));
  });
}

function checkStart(startMs = 0): void {
  if (!Number.isFinite(startMs) || startMs < 0)
    throw new UsageError(`startMs must be a number of 0 or more, got ${startMs}`);
}
