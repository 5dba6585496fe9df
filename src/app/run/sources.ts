import {
  BehaviorSubject,
  catchError,
  concatAll,
  defer,
  finalize,
  first,
  map,
  of,
  takeUntil,
  type Observable,
} from 'rxjs';
import type { RunConfig } from '../../config/run-config.js';
import { SourceError } from '../../core/errors.js';
import type { SourceEvent, StatusEvent } from '../../core/events.js';
import type { PictureFormat } from '../../core/picture.js';
import { readsFilesOnly, type Ffmpeg } from '../../streaming/ffmpeg/binary.js';
import type { Originals } from '../../streaming/originals/originals.js';
import type { CopyRequest, SourceContext } from '../../streaming/sources/source-kind.js';
import type { AppContext } from '../context.js';
import { sourceEntry, type RunParts } from '../parts.js';
import { frameLimit } from './limits.js';
import type { RunReporter } from './reporter.js';

export type SourcesSetup = {
  readonly config: RunConfig;
  /** The detector's input. */
  readonly input: PictureFormat;
  readonly ffmpeg: Ffmpeg | undefined;
  /** The copy of the one live stream that a sink needs. */
  readonly copy: CopyRequest | undefined;
  /** Receives the stream of the one video that is played. */
  readonly onStream: NonNullable<SourceContext['onStream']>;
  readonly reporter: RunReporter;
  /** Receives the pictures of sources that still have them at full size. */
  readonly originals?: Originals | undefined;
};

export type OpenedSources = {
  /**
   * One observable per source of the configuration. A source that fails ends with a status event and leaves the others
   * alone.
   */
  readonly events: readonly Observable<SourceEvent>[];
  /** Emits once, as soon as no live source runs. */
  readonly liveEnded: Observable<unknown>;
};

/** A camera that may come later is worth waiting for. */
function withAdvice(error: unknown, ffmpeg: Ffmpeg | undefined): unknown {
  const { code, message } = error as Partial<SourceError>;
  if (!(error instanceof SourceError) || code !== 'NOWCAST_CAMERA' || (ffmpeg && readsFilesOnly(ffmpeg))) return error;
  return new SourceError(`${message}; with --wait, the run tries the camera until it answers`, { code, cause: error });
}

/** @param ending ends live sources cleanly, so that they report their last gap; the run stops reading the others */
export function openSources(
  { config, input, ffmpeg, copy, onStream, reporter, originals }: SourcesSetup,
  ending: AbortSignal,
  parts: RunParts,
  { clock, redact }: AppContext,
): OpenedSources {
  const limit = frameLimit(config.maxFrames);
  const liveEnd = new AbortController();
  ending.addEventListener('abort', () => liveEnd.abort(), { once: true });
  limit.reached.subscribe(() => liveEnd.abort());
  const sources = config.sources.map((source) => ({ source, entry: sourceEntry(source.kind, parts) }));
  const live = new BehaviorSubject(sources.filter(({ entry }) => entry.isLive).length);
  const events = sources.map(({ source, entry }) =>
    defer(() =>
      entry.open(source, {
        streamId: source.id,
        input,
        clock,
        pace: config.pace,
        ffmpeg,
        copy,
        originals,
        givesUpFirst: sources.length === 1 && !config.waits,
        ...(sources.length === 1 && { onStream }),
        onLength: (expectedFrames) => reporter.expect(source.id, expectedFrames),
        onProblem: (message) => reporter.omitted(source.id, message),
        stop: liveEnd.signal,
      }),
    ).pipe(
      concatAll(),
      limit.within,
      entry.isLive ? finalize(() => live.next(live.value - 1)) : takeUntil(limit.reached),
      catchError((error: unknown) => of(reporter.failed(withAdvice(error, ffmpeg), source.id))),
      map((event) => withoutSecrets(event, redact)),
    ),
  );
  return { events, liveEnded: live.pipe(first((count) => count === 0)) };
}

/** Texts of events go to the feed and into recordings. A source knows the secrets of its address alone. */
function withoutSecrets<E extends SourceEvent | StatusEvent>(event: E, redact: AppContext['redact']): E {
  if (event.type === 'status' && event.message !== undefined)
    return { ...event, message: String(redact(event.message)) };
  return event.type === 'gap' ? { ...event, why: String(redact(event.why)) } : event;
}
