import {
  BehaviorSubject,
  catchError,
  concatAll,
  defer,
  finalize,
  first,
  identity,
  map,
  of,
  takeUntil,
  type Observable,
} from 'rxjs';
import type { SourceConfig } from '../../config/run-sources.js';
import { SourceError } from '../../core/errors.js';
import type { SourceEvent, StatusEvent } from '../../core/events.js';
import type { Pace } from '../../core/pace.js';
import type { PictureFormat } from '../../core/picture.js';
import { readsFilesOnly, type Ffmpeg } from '../../streaming/ffmpeg/binary.js';
import type { Originals } from '../../streaming/originals/originals.js';
import type { CopyRequest, SourceContext } from '../../streaming/sources/source-kind.js';
import type { AppContext } from '../context.js';
import { sourceEntry, type RunParts } from '../parts.js';
import type { FrameLimit } from './limits.js';
import type { RunReporter } from './reporter.js';

export type SourceSetup = {
  readonly source: SourceConfig;
  /** The detector's input. */
  readonly input: PictureFormat;
  readonly pace: Pace;
  readonly ffmpeg: Ffmpeg | undefined;
  /** The copy of the one live stream that a sink needs. */
  readonly copy: CopyRequest | undefined;
  /** Receives the stream of the one video that is played. */
  readonly onStream: SourceContext['onStream'];
  /** See `SourceContext`. */
  readonly givesUpFirst: boolean;
  readonly limit: FrameLimit;
  readonly reporter: RunReporter;
  /** Receives the pictures of a source that still has them at full size. */
  readonly originals?: Originals | undefined;
};

export type OpenedSource = {
  /** A source that fails ends with a status event. */
  readonly events: Observable<SourceEvent>;
  /** Emits once, as soon as it does not run, or if nothing has to wait for its end. */
  readonly ended: Observable<unknown>;
};

/** A camera that may come later is worth waiting for. */
function withAdvice(error: unknown, ffmpeg: Ffmpeg | undefined): unknown {
  const { code, message } = error as Partial<SourceError>;
  if (!(error instanceof SourceError) || code !== 'NOWCAST_CAMERA' || (ffmpeg && readsFilesOnly(ffmpeg))) return error;
  return new SourceError(`${message}; with --wait, the run tries the camera until it answers`, { code, cause: error });
}

/** @param ending ends a live source cleanly, so that it reports its last gap; the run stops reading another one */
export function openSource(
  { source, input, pace, ffmpeg, copy, onStream, givesUpFirst, limit, reporter, originals }: SourceSetup,
  ending: AbortSignal,
  parts: RunParts,
  { clock, redact }: AppContext,
): OpenedSource {
  const entry = sourceEntry(source.kind, parts);
  const liveEnd = new AbortController();
  ending.addEventListener('abort', () => liveEnd.abort(), { once: true });
  const isLive = new BehaviorSubject(entry.isLive);
  const events = defer(() => {
    const limited = limit.reached.subscribe(() => liveEnd.abort());
    return defer(() =>
      entry.open(source, {
        streamId: source.id,
        input,
        clock,
        pace,
        ffmpeg,
        copy,
        originals,
        givesUpFirst,
        onStream,
        onLength: (expectedFrames) => reporter.expect(source.id, expectedFrames),
        onProblem: (message) => reporter.omitted(source.id, message),
        stop: liveEnd.signal,
      }),
    ).pipe(
      concatAll(),
      limit.within,
      entry.isLive ? identity : takeUntil(limit.reached),
      finalize(() => {
        limited.unsubscribe();
        isLive.next(false);
      }),
    );
  }).pipe(
    catchError((error: unknown) => of(reporter.failed(withAdvice(error, ffmpeg), source.id))),
    map((event) => withoutSecrets(event, redact)),
  );
  return { events, ended: isLive.pipe(first((lives) => !lives)) };
}

/** Texts of events go to the feed and into recordings. A source knows the secrets of its address alone. */
function withoutSecrets<E extends SourceEvent | StatusEvent>(event: E, redact: AppContext['redact']): E {
  if (event.type === 'status' && event.message !== undefined)
    return { ...event, message: String(redact(event.message)) };
  return event.type === 'gap' ? { ...event, why: String(redact(event.why)) } : event;
}
