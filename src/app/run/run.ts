import { mkdtemp, rm } from 'node:fs/promises';
import { catchError, interval, lastValueFrom, of, race, switchMap, tap, timer } from 'rxjs';
import type { RunConfig } from '../../config/run-config.js';
import type { Detector } from '../../core/detector.js';
import { SourceError } from '../../core/errors.js';
import { policyByName } from '../../scheduling/kinds.js';
import { trackerByName } from '../../track/kinds.js';
import type { TrackerFactory } from '../../track/tracker.js';
import { createProcessDetector } from '../../model/host/process-detector.js';
import { createPipeline } from '../../pipeline/create-pipeline.js';
import { Measurements } from '../../pipeline/measurements.js';
import { checkVideoOutput } from '../../streaming/sinks/annotated-video/annotated-video.js';
import type { CameraCopy } from '../../streaming/sources/camera/camera.js';
import { locateFfmpeg, type Ffmpeg } from '../../streaming/ffmpeg/binary.js';
import type { CommandIo } from '../../cli/command-io.js';
import { annotate } from './annotate.js';
import { detectorOptions } from './detector-options.js';
import { aborted, abortedAfter } from './limits.js';
import { openOutputs, type Outputs } from './outputs.js';
import { RunReporter } from './reporter.js';
import { openSources } from './sources.js';
import { summarise, summaryText } from './summary.js';

const STATS_EVERY_MS = 1000;
/** How long a camera may take to end in order after Ctrl-C. */
const CAMERA_GRACE_MS = 2000;

/**
 * Runs the pipeline until its sources end, a limit is met, or `io.signal` is aborted; then prints the summary.
 * @throws UsageError, ModelError, SourceError or OutputError where something cannot be had; nothing is left running
 */
export async function run(config: RunConfig, io: CommandIo): Promise<void> {
  const { save } = config.output;
  if (save !== undefined) checkVideoOutput(save);
  // Beside the video, where its owner looks for room.
  const temporary = save === undefined ? undefined : await mkdtemp(`${save}.part-`);
  try {
    await runWith(temporary, config, io);
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
}

/** @param temporary a folder for what the annotated video is made from; undefined where none is asked for */
async function runWith(temporary: string | undefined, config: RunConfig, io: CommandIo): Promise<void> {
  const ffmpegSearch = findFfmpeg(config, io);
  const detector = await createProcessDetector(await detectorOptions(config, io));
  const measurements = new Measurements(config.sources.map(({ id }) => id));
  const reporter = new RunReporter(config, io);
  const copies: CameraCopy[] = [];
  let outputs: Outputs | undefined;
  let ffmpeg: Ffmpeg | undefined;
  const startedAtMs = io.clock.now();
  try {
    reporter.detectorOpened(detector.info);
    ffmpeg = await ffmpegSearch;
    outputs = await openOutputs(config, temporary, detector.info, (error) => reporter.outputFailed(error), io);
    if (outputs.feedUrl !== undefined) io.log.info(`feed: ${outputs.feedUrl}`);
    await play({ config, io, detector, ffmpeg, outputs, copies, measurements, reporter });
  } finally {
    reporter.done();
    await detector.close();
    await outputs?.close();
  }
  const durationMs = io.clock.now() - startedAtMs;

  const { info } = detector;
  const { problem, problems } = reporter;
  const snapshot = measurements.snapshot();
  // Where nothing came in at all, the reason is all there is to say.
  if (snapshot.total.received === 0 && problem !== undefined) throw problem;
  let videos: readonly string[] = [];
  try {
    const { recording } = outputs;
    if (ffmpeg !== undefined && recording !== undefined) videos = await annotate({ config, ffmpeg, recording, copies, frames: snapshot.total.received }, io);
  } finally {
    // A video that cannot be made takes nothing from what the run found.
    const summary = summarise({ config, info, snapshot, durationMs, videos, problems }, io);
    io.print(io.json ? JSON.stringify(summary) : summaryText(summary));
  }
  if (problem !== undefined) throw problem;
  if (snapshot.total.received === 0 && !io.signal.aborted) {
    throw new SourceError(`no frame came from ${config.sources.map(({ id }) => id).join(', ')}; is it sending, and is the address right?`);
  }
}

type Play = {
  readonly config: RunConfig;
  readonly io: CommandIo;
  readonly detector: Detector;
  readonly ffmpeg: Ffmpeg | undefined;
  readonly outputs: Outputs;
  readonly copies: CameraCopy[];
  readonly measurements: Measurements;
  readonly reporter: RunReporter;
};

async function play({ config, io, detector, ffmpeg, outputs, copies, measurements, reporter }: Play): Promise<void> {
  const { detect, durationMs } = config;
  const ending = abortedAfter(durationMs, io.signal);
  const { events: sources, camerasEnded } = openSources(
    { config, input: detector.info.input, ffmpeg, keptCopy: outputs.keptCopy, copies, reporter }, ending.signal, io);
  const events = createPipeline({
    sources,
    detector,
    clock: io.clock,
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

  const publishStats = (): void => outputs.publishStats(measurements.snapshot(), io.clock.now());
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
function findFfmpeg(config: RunConfig, io: CommandIo): Promise<Ffmpeg | undefined> {
  const isNeeded = config.output.save !== undefined || config.sources.some(({ kind }) => kind === 'video' || kind === 'camera');
  const search = isNeeded ? locateFfmpeg(io.env, io.cacheDir) : Promise.resolve(undefined);
  // Awaited later; a detector that cannot be had is told first.
  search.catch(() => undefined);
  return search;
}
