import { mkdtemp, rm } from 'node:fs/promises';
import { catchError, interval, lastValueFrom, of, race, switchMap, tap, timer } from 'rxjs';
import type { RunConfig } from '../../config/run-config.js';
import type { Detector } from '../../core/detector.js';
import { InternalError, SourceError } from '../../core/errors.js';
import { policyByName } from '../../scheduling/kinds.js';
import { trackerByName } from '../../track/kinds.js';
import type { TrackerFactory } from '../../track/tracker.js';
import { createProcessDetector } from '../../model/host/process-detector.js';
import { createPipeline } from '../../pipeline/create-pipeline.js';
import { Measurements } from '../../pipeline/measurements.js';
import { checkVideoOutput } from '../../streaming/sinks/annotated-video/annotated-video.js';
import type { CameraCopy } from '../../streaming/sources/camera/camera.js';
import { locateFfmpeg, type Ffmpeg } from '../../streaming/ffmpeg/binary.js';
import type { AppContext } from '../context.js';
import { annotate } from './annotate.js';
import { detectorOptions } from './detector-options.js';
import { aborted, abortedAfter } from './limits.js';
import { openOutputs, type Outputs } from './outputs.js';
import { RunReporter } from './reporter.js';
import { openSources } from './sources.js';
import { summarise, type RunSummary } from './summary.js';

const STATS_EVERY_MS = 1000;
/** How long a camera may take to end in order after Ctrl-C. */
const CAMERA_GRACE_MS = 2000;

/** What a run found, and the first source or output that failed: a failure takes nothing from what was found until then. */
export type RunOutcome = {
  readonly summary: RunSummary;
  readonly failure: Error | undefined;
};

/**
 * Runs the pipeline until its sources end, a limit is met, or `context.signal` is aborted.
 * @throws UsageError, ModelError, SourceError or OutputError where something cannot be had; nothing is left running
 */
export async function run(config: RunConfig, context: AppContext): Promise<RunOutcome> {
  const { save } = config.output;
  if (save !== undefined) checkVideoOutput(save);
  // Beside the video, where its owner looks for room.
  const temporary = save === undefined ? undefined : await mkdtemp(`${save}.part-`);
  try {
    return await runWith(temporary, config, context);
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
}

/** @param temporary a folder for what the annotated video is made from; undefined where none is asked for */
async function runWith(temporary: string | undefined, config: RunConfig, context: AppContext): Promise<RunOutcome> {
  const ffmpegSearch = findFfmpeg(config, context);
  const detector = await createProcessDetector(await detectorOptions(config, context));
  const measurements = new Measurements(config.sources.map(({ id }) => id));
  const reporter = new RunReporter(config, context);
  const copies: CameraCopy[] = [];
  let outputs: Outputs | undefined;
  let ffmpeg: Ffmpeg | undefined;
  const startedAtMs = context.clock.now();
  try {
    reporter.detectorOpened(detector.info);
    ffmpeg = await ffmpegSearch;
    outputs = await openOutputs(config, temporary, detector.info, (error) => reporter.outputFailed(error), context);
    if (outputs.feedUrl !== undefined) context.log.info(`feed: ${outputs.feedUrl}`);
    await play({ config, context, detector, ffmpeg, outputs, copies, measurements, reporter });
  } finally {
    reporter.done();
    await detector.close();
    await outputs?.close();
  }
  const durationMs = context.clock.now() - startedAtMs;

  const { info } = detector;
  const { problem, problems } = reporter;
  const snapshot = measurements.snapshot();
  // Where nothing came in at all, the reason is all there is to say.
  if (snapshot.total.received === 0 && problem !== undefined) throw problem;
  let videos: readonly string[] = [];
  let failure = problem;
  try {
    const { recording } = outputs;
    if (ffmpeg !== undefined && recording !== undefined) videos = await annotate({ config, ffmpeg, recording, copies, frames: snapshot.total.received }, context);
  } catch (error) {
    failure = error instanceof Error ? error : new InternalError(`the video failed with ${String(error)}`);
  }
  if (failure === undefined && snapshot.total.received === 0 && !context.signal.aborted) {
    failure = new SourceError(`no frame came from ${config.sources.map(({ id }) => id).join(', ')}; is it sending, and is the address right?`);
  }
  return { summary: summarise({ config, info, snapshot, durationMs, videos, problems }, context), failure };
}

type Play = {
  readonly config: RunConfig;
  readonly context: AppContext;
  readonly detector: Detector;
  readonly ffmpeg: Ffmpeg | undefined;
  readonly outputs: Outputs;
  readonly copies: CameraCopy[];
  readonly measurements: Measurements;
  readonly reporter: RunReporter;
};

async function play({ config, context, detector, ffmpeg, outputs, copies, measurements, reporter }: Play): Promise<void> {
  const { detect, durationMs } = config;
  const ending = abortedAfter(durationMs, context.signal);
  const { events: sources, camerasEnded } = openSources(
    { config, input: detector.info.input, ffmpeg, keptCopy: outputs.keptCopy, copies, reporter }, ending.signal, context);
  const events = createPipeline({
    sources,
    detector,
    clock: context.clock,
    policy: policyByName(detect.schedule),
    latencyBudgetMs: detect.budgetMs,
    tracker: trackerOf(detect),
    forecast: detect.forecast !== 'none',
    measurements,
    stop: aborted(ending.signal).pipe(switchMap(() => race(camerasEnded, timer(CAMERA_GRACE_MS)))),
  }).pipe(
    // A detector that is lost for good ends the run, but takes nothing from what was found until then.
    catchError((error: unknown) => of(reporter.failed(error))),
    tap((event) => {
      outputs.publish(event);
      reporter.seen(event);
    }),
  );

  const publishStats = (): void => outputs.publishStats(measurements.snapshot(), context.clock.now());
  const stats = interval(STATS_EVERY_MS).subscribe(publishStats);
  try {
    await lastValueFrom(events, { defaultValue: undefined });
  } finally {
    ending.dispose();
    stats.unsubscribe();
    publishStats();
  }
}

/** Follows objects where nothing is forecast. */
const PLAIN_TRACKER = 'nowcast';

function trackerOf({ track, forecast }: RunConfig['detect']): TrackerFactory | undefined {
  if (forecast !== 'none') return trackerByName(forecast);
  return track ? trackerByName(PLAIN_TRACKER) : undefined;
}

/** Begins at once, since the detector takes longer to start; undefined where nothing needs it. */
function findFfmpeg(config: RunConfig, context: AppContext): Promise<Ffmpeg | undefined> {
  const isNeeded = config.output.save !== undefined || config.sources.some(({ kind }) => kind === 'video' || kind === 'camera');
  const search = isNeeded ? locateFfmpeg(context.env, context.cacheDir) : Promise.resolve(undefined);
  // Awaited later; a detector that cannot be had is told first.
  search.catch(() => undefined);
  return search;
}
