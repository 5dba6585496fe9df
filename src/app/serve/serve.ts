import { firstValueFrom } from 'rxjs';
import type { RunConfig } from '../../config/run-config.js';
import { UsageError } from '../../core/errors.js';
import type { ModelDetector } from '../../core/detector.js';
import { createProcessDetector } from '../../model/host/process-detector.js';
import { Measurements } from '../../pipeline/measurements.js';
import { feedKind } from '../../streaming/feed/kind.js';
import { isLoopback } from '../../streaming/http/access.js';
import type { Ffmpeg } from '../../streaming/ffmpeg/binary.js';
import type { AnswerTo } from '../../streaming/http/answer.js';
import { createOriginals } from '../../streaming/originals/originals.js';
import type { AppContext } from '../context.js';
import { checkOpenFilesOf } from '../open-files.js';
import { BUILT_IN_PARTS, type RunParts } from '../parts.js';
import { packageVersion } from '../paths.js';
import { detectorOptions } from '../run/detector-options.js';
import { findFfmpeg } from '../run/find-ffmpeg.js';
import { aborted } from '../run/limits.js';
import { play } from '../run/play.js';
import { RunReporter } from '../run/reporter.js';
import { RunScenes } from '../run/scenes.js';
import { openSinks, prepareSinks, type OpenSinks } from '../run/sinks.js';
import { summarise, type RunSummary } from '../run/summary.js';
import { API_SETTINGS, serviceApi } from './api.js';
import { CameraStates } from './camera-states.js';
import { ServiceMetrics } from './metrics.js';
import { openObjects } from './open-objects.js';

/**
 * Runs cameras until `context.signal` is aborted, or for the configured duration, and serves their results, their
 * health and their numbers over HTTP. Sources that end or fail leave the others alone, and the service goes on.
 *
 * @param config with the feed, whose server is the service's
 * @throws UsageError, ModelError or OutputError if the service cannot start; all resources are then closed
 */
export async function serve(
  config: RunConfig,
  context: AppContext,
  parts: RunParts = BUILT_IN_PARTS,
): Promise<RunSummary> {
  checkServed(config);
  checkOpenFilesOf({ sources: config.sources.length, detectors: config.model.hosts });
  await prepareSinks(config, parts);
  const ffmpeg = findFfmpeg(config, context, parts);
  const startedMs = context.clock.now();
  const detector = await createProcessDetector(await detectorOptions(config, context));
  try {
    return await serveWith({ detector, ffmpeg, config, context, parts, startedMs });
  } finally {
    await detector.close();
  }
}

type Service = {
  readonly detector: ModelDetector;
  readonly ffmpeg: Promise<Ffmpeg | undefined>;
  readonly config: RunConfig;
  readonly context: AppContext;
  readonly parts: RunParts;
  readonly startedMs: number;
};

async function serveWith({
  detector,
  ffmpeg: ffmpegSearch,
  config,
  context,
  parts,
  startedMs,
}: Service): Promise<RunSummary> {
  const { clock, signal } = context;
  const ids = config.sources.map(({ id }) => id);
  const originals = createOriginals();
  const objects = await openObjects(config, originals, context);
  const measurements = new Measurements(ids);
  const reporter = new RunReporter(config, context);
  const states = new CameraStates(ids, startedMs);
  const metrics = new ServiceMetrics({
    info: detector.info,
    version: packageVersion(),
    states,
    cameras: ids,
    budgetsMs: config.sources.flatMap(({ detect }) => (detect ?? config.detect).budgetMs ?? []),
    counts: () => measurements.counts(),
    clock,
  });
  let isReady = false;
  const answer: AnswerTo = serviceApi({
    version: packageVersion(),
    info: detector.info,
    addresses: new Map(config.sources.map(({ id, address }) => [id, String(context.redact(address))])),
    config: context.redact(config) as object,
    states,
    snapshot: () => measurements.snapshot(),
    isReady: () => isReady && !signal.aborted,
    originals,
    metrics,
    clock,
    startedMs,
  });
  let sinks: OpenSinks | undefined;
  let scenes: RunScenes | undefined;
  try {
    try {
      reporter.detectorOpened(detector.info);
      scenes = new RunScenes(config.sources, detector.info.classNames, context.log);
      const ffmpeg = await ffmpegSearch;
      sinks = await openSinks(
        {
          config,
          info: detector.info,
          ffmpeg,
          api: { settings: API_SETTINGS, answer },
          onFailure: (error) => reporter.outputFailed(error),
        },
        parts,
        context,
      );
      announce(sinks, context);
      isReady = true;
      const seen = (event: Parameters<typeof states.seen>[0]): void => {
        states.seen(event);
        metrics.seen(event);
      };
      await play({
        config,
        context,
        parts,
        detector,
        ffmpeg,
        sinks,
        measurements,
        reporter,
        scenes,
        onEvent: seen,
        onScene: (event) => objects.seen(event),
        originals,
      });
      if (!signal.aborted && config.durationMs === undefined) {
        context.log.warn('every source has ended; the service answers until it is stopped');
        await firstValueFrom(aborted(signal));
      }
    } finally {
      reporter.done();
      metrics.close();
      await objects.close();
      await originals.close();
      await sinks?.close();
    }
    await sinks.finish();
    const durationMs = clock.now() - startedMs;
    const { problems } = reporter;
    return summarise(
      {
        config,
        info: detector.info,
        snapshot: measurements.snapshot(),
        durationMs,
        written: sinks.files,
        problems,
        scenes,
      },
      context,
    );
  } finally {
    await sinks?.dispose();
  }
}

/** @throws UsageError if the service would be open to everyone without anybody's saying so */
function checkServed({ sinks }: RunConfig): void {
  const feed = sinks.find(({ kind }) => kind === feedKind.name)?.settings;
  if (feed === undefined) throw new UsageError('a service needs an address; give --listen [HOST:]PORT');
  const { host, token, token_file: tokenFile } = feed;
  if (!isLoopback(String(host)) && token === undefined && tokenFile === undefined)
    throw new UsageError(
      `the service would be open to everyone who reaches ${String(host)}; set feed.token, feed.token_file or NOWCAST_FEED_TOKEN, or listen on 127.0.0.1`,
    );
}

function announce(sinks: OpenSinks, { log }: AppContext): void {
  for (const [name, url] of Object.entries(sinks.urls)) log.info(`${name}: ${url}`);
  const http = sinks.urls[feedKind.name]?.replace(/^ws/, 'http');
  log.info(`service: ${http} (readyz?verbose for its health, metrics for Prometheus, api/stats for programs)`);
}
