import { isTimeless } from '../../config/detect-config.js';
import type { RunConfig } from '../../config/run-config.js';
import type { UnusableBoxes } from '../../core/detector.js';
import { InternalError, SourceError } from '../../core/errors.js';
import { createProcessDetector } from '../../model/host/process-detector.js';
import { Measurements, type MeasurementsSnapshot } from '../../pipeline/measurements.js';
import type { AppContext } from '../context.js';
import { BUILT_IN_PARTS, type RunParts } from '../parts.js';
import { checkOpenFilesOf } from '../open-files.js';
import { detectorOptions, MAX_FAILED_STARTS } from './detector-options.js';
import { findFfmpeg } from './find-ffmpeg.js';
import { lossesOf, lossFailure, outputFailure } from './losses.js';
import { play } from './play.js';
import { RunReporter } from './reporter.js';
import { RunScenes } from './scenes.js';
import { openSinks, prepareSinks, type OpenSinks } from './sinks.js';
import { summarise, type RunSummary } from './summary.js';

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
  let scenes: RunScenes | undefined;
  const startedAtMs = context.clock.now();
  try {
    try {
      reporter.detectorOpened(detector.info);
      scenes = new RunScenes(config.sources, detector.info.classNames, context.log);
      const ffmpeg = await ffmpegSearch;
      if (ffmpeg?.sandbox?.lacks !== undefined) context.log.debug(`ffmpeg's sandbox: ${ffmpeg.sandbox.lacks}`);
      sinks = await openSinks(
        { config, info: detector.info, ffmpeg, onFailure: (error) => reporter.outputFailed(error) },
        parts,
        context,
      );
      for (const [name, url] of Object.entries(sinks.urls)) context.log.info(`${name}: ${url}`);
      await play({ config, context, parts, detector, ffmpeg, sinks, measurements, reporter, scenes });
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
        { config, info: detector.info, snapshot, durationMs, written: sinks.files, problems, pictures, scenes },
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
