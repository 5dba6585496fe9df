import { isTimeless } from '../../config/detect-config.js';
import type { RunConfig } from '../../config/run-config.js';
import { InternalError, SourceError } from '../../core/errors.js';
import type { AppContext } from '../context.js';
import { BUILT_IN_PARTS, type RunParts } from '../parts.js';
import { MAX_FAILED_STARTS } from './detector-options.js';
import { abortedAfter } from './limits.js';
import { lossesOf, lossFailure, outputFailure } from './losses.js';
import { OpenRun } from './open-run.js';
import type { RunSummary } from './summary.js';

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
  const keepsAll = config.sources.every(({ detect }) => isTimeless((detect ?? config.detect).schedule, parts));
  const countsEveryFrame = config.isStrict || keepsAll;
  const opened = await OpenRun.open({
    config,
    context,
    parts,
    detectors: countsEveryFrame ? { maxFailedStarts: MAX_FAILED_STARTS } : {},
  });
  try {
    try {
      await playAll(opened, config, context);
    } finally {
      await opened.close();
    }
    const { durationMs, detectors, measurements, reporter } = opened;
    const failure = await conclude(opened, config, context);
    const losses = lossesOf(measurements.snapshot(), detectors.unusable);
    for (const loss of losses) context.log.warn(loss);
    return { summary: opened.summary(config, durationMs, [...reporter.problems, ...losses]), failure };
  } finally {
    await opened.dispose();
  }
}

/** Runs all cameras until they have ended, a limit is met, or the run is aborted. */
async function playAll({ cameras, detectors }: OpenRun, config: RunConfig, { signal }: AppContext): Promise<void> {
  const ending = abortedAfter(config.durationMs, signal);
  const stop = (): void => void cameras.close();
  try {
    const ended = config.sources.map((source) => cameras.start(source, config, detectors));
    if (ending.signal.aborted) stop();
    else ending.signal.addEventListener('abort', stop, { once: true });
    await Promise.all(ended);
  } finally {
    ending.dispose();
  }
}

/**
 * Lets the sinks finish their work.
 * @returns the first failure of the run
 * @throws that failure, if no frame was received
 */
async function conclude(
  { sinks, measurements, detectors: { unusable }, reporter: { problem, omissions, hasDetected } }: OpenRun,
  config: RunConfig,
  context: AppContext,
): Promise<Error | undefined> {
  const snapshot = measurements.snapshot();
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
