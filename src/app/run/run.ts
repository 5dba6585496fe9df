import { catchError, interval, lastValueFrom, of, race, switchMap, tap, timer } from 'rxjs';
import { isTimeless } from '../../config/detect-config.js';
import type { RunConfig } from '../../config/run-config.js';
import type { ModelDetector, UnusableBoxes } from '../../core/detector.js';
import { InternalError, SourceError } from '../../core/errors.js';
import { createProcessDetector } from '../../model/host/process-detector.js';
import { createPipeline } from '../../pipeline/create-pipeline.js';
import { Measurements, type MeasurementsSnapshot } from '../../pipeline/measurements.js';
import { locateFfmpeg, type Ffmpeg } from '../../streaming/ffmpeg/binary.js';
import type { AppContext } from '../context.js';
import { BUILT_IN_PARTS, sinkEntry, sourceEntry, type RunParts } from '../parts.js';
import { checkOpenFilesOf } from '../open-files.js';
import { detectorOptions, MAX_FAILED_STARTS } from './detector-options.js';
import { aborted, abortedAfter } from './limits.js';
import { lossesOf, lossFailure, outputFailure } from './losses.js';
import { RunReporter } from './reporter.js';
import { openSinks, prepareSinks, type OpenSinks } from './sinks.js';
import { openSources } from './sources.js';
import { streamOptions } from './stream-options.js';
import { summarise, type RunSummary } from './summary.js';

const STATS_EVERY_MS = 1000;
/** Time for a camera to end cleanly after Ctrl-C. */
const CAMERA_GRACE_MS = 2000;

/** The result of a run, and the error of the first source or output that failed. A failure keeps the results so far. */
export type RunOutcome = {
  readonly summary: RunSummary;
  readonly failure: Error | undefined;
};

/**
 * Runs the pipeline until its sources end, a limit is met, or `context.signal` is aborted.
 * @throws UsageError, ModelError, SourceError or OutputError if the run cannot start; all resources are then closed
 */
export async function run(
  config: RunConfig,
  context: AppContext,
  parts: RunParts = BUILT_IN_PARTS,
): Promise<RunOutcome> {
  checkOpenFilesOf({ sources: config.sources.length, detectors: config.model.hosts });
  await prepareSinks(config, parts);
  const ffmpegSearch = findFfmpeg(config, context, parts);
  const keepsAll = config.sources.every(({ detect }) => isTimeless((detect ?? config.detect).schedule, parts));
  const countsEveryFrame = config.isStrict || keepsAll;
  const detector = await createProcessDetector({
    ...(await detectorOptions(config, context)),
    ...(countsEveryFrame && { maxFailedStarts: MAX_FAILED_STARTS }),
  });
  const measurements = new Measurements(config.sources.map(({ id }) => id));
  const reporter = new RunReporter(config, context);
  let sinks: OpenSinks | undefined;
  const startedAtMs = context.clock.now();
  try {
    try {
      reporter.detectorOpened(detector.info);
      const ffmpeg = await ffmpegSearch;
      if (ffmpeg?.sandbox?.lacks !== undefined) context.log.debug(`ffmpeg's sandbox: ${ffmpeg.sandbox.lacks}`);
      sinks = await openSinks(
        { config, info: detector.info, ffmpeg, onFailure: (error) => reporter.outputFailed(error) },
        parts,
        context,
      );
      for (const [name, url] of Object.entries(sinks.urls)) context.log.info(`${name}: ${url}`);
      await play({ config, context, parts, detector, ffmpeg, sinks, measurements, reporter });
    } finally {
      reporter.done();
      await detector.close();
      await sinks?.close();
    }
    const durationMs = context.clock.now() - startedAtMs;
    const snapshot = measurements.snapshot();
    const { unusable } = detector;
    const failure = await conclude({ config, context, sinks, snapshot, unusable, reporter });
    const { pictures } = reporter;
    const losses = lossesOf(snapshot, unusable);
    for (const loss of losses) context.log.warn(loss);
    const problems = [...reporter.problems, ...losses];
    return {
      summary: summarise(
        { config, info: detector.info, snapshot, durationMs, written: sinks.files, problems, pictures },
        context,
      ),
      failure,
    };
  } finally {
    await sinks?.dispose();
  }
}

type Conclusion = {
  readonly config: RunConfig;
  readonly context: AppContext;
  readonly sinks: OpenSinks;
  readonly snapshot: MeasurementsSnapshot;
  readonly unusable: UnusableBoxes;
  readonly reporter: RunReporter;
};

/**
 * Lets the sinks finish their work.
 * @returns the first failure of the run
 * @throws that failure, if no frame was received
 */
async function conclude({
  config,
  context,
  sinks,
  snapshot,
  unusable,
  reporter: { problem, omissions, hasDetected },
}: Conclusion): Promise<Error | undefined> {
  const { total } = snapshot;
  if (total.received === 0 && problem !== undefined) throw problem;
  try {
    await sinks.finish();
  } catch (error) {
    return error instanceof Error ? error : new InternalError(`an output failed with ${String(error)}`);
  }
  if (problem === undefined && total.received === 0 && !context.signal.aborted) {
    return new SourceError(
      `no frame came from ${config.sources.map(({ id }) => id).join(', ')}; check that it is sending and that its address is right`,
    );
  }
  return (
    problem ??
    outputFailure(snapshot, unusable, hasDetected) ??
    lossFailure(snapshot, { unusable, omissions }, config.isStrict)
  );
}

type Play = {
  readonly config: RunConfig;
  readonly context: AppContext;
  readonly detector: ModelDetector;
  readonly parts: RunParts;
  readonly ffmpeg: Ffmpeg | undefined;
  readonly sinks: OpenSinks;
  readonly measurements: Measurements;
  readonly reporter: RunReporter;
};

async function play({ config, context, parts, detector, ffmpeg, sinks, measurements, reporter }: Play): Promise<void> {
  const { durationMs } = config;
  const ending = abortedAfter(durationMs, context.signal);
  const { events: sources, liveEnded } = openSources(
    {
      config,
      input: detector.info.input,
      ffmpeg,
      copy: sinks.copy,
      onStream: (stream) => sinks.onStream(stream),
      reporter,
    },
    ending.signal,
    parts,
    context,
  );
  const events = createPipeline({
    sources,
    detector,
    clock: context.clock,
    ...streamOptions(config, detector.info.classNames, parts),
    measurements,
    stop: aborted(ending.signal).pipe(switchMap(() => race(liveEnded, timer(CAMERA_GRACE_MS)))),
  }).pipe(
    // If the detector cannot be restarted, the run ends and keeps the results so far.
    catchError((error: unknown) => of(reporter.failed(error))),
    tap((event) => {
      sinks.publish(event);
      reporter.seen(event);
    }),
  );

  const publishStats = (): void => sinks.publishStats(measurements.snapshot(), context.clock.now());
  const stats = interval(STATS_EVERY_MS).subscribe(publishStats);
  try {
    await lastValueFrom(events, { defaultValue: undefined });
  } finally {
    ending.dispose();
    stats.unsubscribe();
    publishStats();
  }
}

/**
 * Starts the search early, because the detector takes longer to start. Undefined if neither a source nor a sink needs
 * ffmpeg.
 */
function findFfmpeg(config: RunConfig, context: AppContext, parts: RunParts): Promise<Ffmpeg | undefined> {
  const isNeeded =
    config.sinks.some(({ kind, settings }) => sinkEntry(kind, parts).needsFfmpeg?.(settings) === true) ||
    config.sources.some(({ kind }) => sourceEntry(kind, parts).needsFfmpeg);
  const search = isNeeded ? locateFfmpeg(context.env, context.cacheDir, config.sandbox) : Promise.resolve(undefined);
  // Awaited later: the run reports a failed detector before a missing ffmpeg.
  search.catch(() => undefined);
  return search;
}
