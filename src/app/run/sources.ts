import { BehaviorSubject, catchError, finalize, first, of, takeUntil, type Observable } from 'rxjs';
import type { RunConfig, SourceConfig } from '../../config/run-config.js';
import { InternalError, OutputError } from '../../core/errors.js';
import type { SourceEvent } from '../../core/events.js';
import type { PictureFormat } from '../../core/picture.js';
import { cameraSource, type CameraCopy } from '../../streaming/sources/camera/camera.js';
import type { Ffmpeg } from '../../streaming/ffmpeg/binary.js';
import { folderSource } from '../../streaming/sources/folder/folder.js';
import { videoSource } from '../../streaming/sources/video/video.js';
import type { AppContext } from '../context.js';
import { demoSource } from '../demo/demo-source.js';
import { frameLimit } from './limits.js';
import type { RunReporter } from './reporter.js';

export type SourcesSetup = {
  readonly config: RunConfig;
  /** The detector's input. */
  readonly input: PictureFormat;
  readonly ffmpeg: Ffmpeg | undefined;
  /** Where the camera's stream is kept, if it is. */
  readonly keptCopy: string | undefined;
  /** Told of each such file. */
  readonly copies: CameraCopy[];
  readonly reporter: RunReporter;
};

export type OpenedSources = {
  /** One for each source of the configuration. One that fails ends with a status and leaves the others alone. */
  readonly events: readonly Observable<SourceEvent>[];
  /** Emits once, when no camera runs (any more). */
  readonly camerasEnded: Observable<unknown>;
};

/** @param ending ends cameras in order, so that they tell their last gap; files just stop being read */
export function openSources(setup: SourcesSetup, ending: AbortSignal, io: AppContext): OpenedSources {
  const { config, reporter } = setup;
  const limit = frameLimit(config.maxFrames);
  const camerasEnd = new AbortController();
  ending.addEventListener('abort', () => camerasEnd.abort(), { once: true });
  limit.reached.subscribe(() => camerasEnd.abort());
  const cameras = new BehaviorSubject(config.sources.filter(({ kind }) => kind === 'camera').length);
  const events = config.sources.map((source) => openSource(source, setup, camerasEnd.signal, io).pipe(
    limit.within,
    source.kind === 'camera' ? finalize(() => cameras.next(cameras.value - 1)) : takeUntil(limit.reached),
    catchError((error: unknown) => of(reporter.failed(error, source.id))),
  ));
  return { events, camerasEnded: cameras.pipe(first((count) => count === 0)) };
}

function openSource(source: SourceConfig, { config, input, ffmpeg, keptCopy, copies, reporter }: SourcesSetup, ending: AbortSignal, io: AppContext): Observable<SourceEvent> {
  const common = { streamId: source.id, input, clock: io.clock };
  const ofFile = { ...common, pace: config.pace, onInfo: ({ expectedFrames }: { readonly expectedFrames?: number }) => reporter.expect(source.id, expectedFrames) };
  if (source.kind === 'pictures') return folderSource(source.path, ofFile);
  if (source.kind === 'demo') return demoSource(source.seed, { ...common, pace: config.pace });
  if (ffmpeg === undefined) throw new InternalError(`no ffmpeg was looked for, and ${source.id} needs one`);
  if (source.kind === 'video') return videoSource(source.path, { ...ofFile, ffmpeg });
  return cameraSource(source.url, {
    ...common,
    ffmpeg,
    transport: source.transport,
    timeoutMs: source.timeoutMs,
    maxBehindMs: source.maxBehindMs,
    giveUpFirst: config.sources.length === 1,
    stop: ending,
    ...(keptCopy === undefined ? {} : {
      keepCopyTo: keptCopy,
      onCopy: (copy) => copies.push(copy),
      onCopyFailure: (error) => reporter.outputFailed(new OutputError(`${config.output.save} ends before the run does: ${error.message}`, { cause: error })),
    }),
  });
}
