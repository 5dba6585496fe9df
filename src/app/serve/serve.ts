import { firstValueFrom } from 'rxjs';
import type { RunConfig } from '../../config/run-config.js';
import { runKeys } from '../../config/run-keys.js';
import type { ModelDetector } from '../../core/detector.js';
import { createProcessDetector } from '../../model/host/process-detector.js';
import { Measurements } from '../../pipeline/measurements.js';
import { feedKind } from '../../streaming/feed/kind.js';
import type { Ffmpeg } from '../../streaming/ffmpeg/binary.js';
import { nodeInterval } from '../../streaming/http/timers.js';
import { configJsonSchema } from '../../config/json-schema.js';
import { servicePage } from '../../streaming/live-page/service-page.js';
import { LivePictures } from '../../streaming/live-video/live-pictures.js';
import { createOriginals } from '../../streaming/originals/originals.js';
import type { AppContext } from '../context.js';
import { checkOpenFilesOf } from '../open-files.js';
import { BUILT_IN_PARTS, sourceEntry, type RunParts } from '../parts.js';
import { packageVersion } from '../paths.js';
import { detectorOptions } from '../run/detector-options.js';
import { findFfmpeg } from '../run/find-ffmpeg.js';
import { aborted } from '../run/limits.js';
import { play } from '../run/play.js';
import { RunReporter } from '../run/reporter.js';
import { RunScenes } from '../run/scenes.js';
import { openSinks, prepareSinks, type OpenSinks } from '../run/sinks.js';
import { summarise, type RunSummary } from '../run/summary.js';
import { serviceApi } from './api.js';
import type { CameraRules } from './api/sources.js';
import { CameraStates } from './camera-states.js';
import { serviceAccess, withHttpOfFeed, type ServiceAccess } from './listen.js';
import { ServiceMetrics } from './metrics.js';
import { openObjects } from './open-objects.js';
import { asksLivez, reportToSystemd, type SystemdReports } from './systemd.js';
import { ServiceVideos } from './service-videos.js';

/**
 * Runs cameras until `context.signal` is aborted, or for the configured duration, and serves their results, their
 * health and their numbers over HTTP. Sources that end or fail leave the others alone, and the service goes on.
 *
 * @param config with the feed, whose server is the service's
 * @throws UsageError, ModelError or OutputError if the service cannot start; all resources are then closed
 */
export async function serve(
  given: RunConfig,
  context: AppContext,
  parts: RunParts = BUILT_IN_PARTS,
): Promise<RunSummary> {
  const config = withHttpOfFeed(given);
  const access = serviceAccess(config);
  checkOpenFilesOf({ sources: config.sources.length, detectors: config.model.hosts });
  await prepareSinks(config, parts);
  const ffmpeg = findFfmpeg(config, context, parts);
  const startedMs = context.clock.now();
  const detector = await createProcessDetector(await detectorOptions(config, context));
  try {
    return await serveWith({ detector, ffmpeg, config, access, context, parts, startedMs });
  } finally {
    await detector.close();
  }
}

/** Coded pictures are kept for this long at least, and for a clip until its object's event has come. */
const DEFAULT_KEEP_MS = 10_000;
const LATEST_EVENT_MS = 5000;

type Service = {
  readonly detector: ModelDetector;
  readonly ffmpeg: Promise<Ffmpeg | undefined>;
  readonly config: RunConfig;
  readonly access: ServiceAccess;
  readonly context: AppContext;
  readonly parts: RunParts;
  readonly startedMs: number;
};

async function serveWith({
  detector,
  ffmpeg: ffmpegSearch,
  config,
  access,
  context,
  parts,
  startedMs,
}: Service): Promise<RunSummary> {
  const { clock, signal } = context;
  const ids = config.sources.map(({ id }) => id);
  const originals = createOriginals({
    keepMs: Math.max(DEFAULT_KEEP_MS, (config.clips?.preMs ?? 0) + LATEST_EVENT_MS),
  });
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
  const live = new LivePictures({
    originals,
    hasCamera: (name) => states.get(name) !== undefined,
    inputOf: () => detector.info.input,
    onWarning: (message) => context.log.warn(message),
  });
  let isReady = false;
  const api = serviceApi({
    version: packageVersion(),
    info: detector.info,
    addresses: new Map(config.sources.map(({ id, address }) => [id, String(context.redact(address))])),
    config: () => context.redact(config) as object,
    rulesOf: (camera) => rulesOf(config, camera),
    configSchema: () => configJsonSchema(runKeys(parts), 'Nowcast configuration'),
    states,
    snapshot: () => measurements.snapshot(),
    isReady: () => isReady && !signal.aborted,
    originals,
    metrics,
    clock,
    startedMs,
    objects,
    onChange: (message) => context.log.info(message),
  });
  let sinks: OpenSinks | undefined;
  let scenes: RunScenes | undefined;
  let systemd: SystemdReports | undefined;
  let videos: ServiceVideos | undefined;
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
          api: { ...api, access },
          pages: servicePage(live),
          objects,
          onFailure: (error) => reporter.outputFailed(error),
        },
        parts,
        context,
      );
      videos = await ServiceVideos.open(
        { config, originals, ffmpeg, onClip: (shown) => objects.clipped(shown) },
        context,
      );
      await videos.onCameras(
        config.sources.map(({ id, kind }) => ({
          id,
          hasCodedVideo: sourceEntry(kind, parts).pictures === 'in-kept-copy',
        })),
      );
      const url = announce(sinks, access, context);
      isReady = true;
      systemd = reportToSystemd({
        env: context.env,
        pid: process.pid,
        startInterval: nodeInterval,
        isAlive: asksLivez(url),
        onWarning: context.log.warn,
      });
      await systemd.ready();
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
        onScene: (event) => {
          objects.seen(event);
          videos?.seen(event);
        },
        onTaken: (frame) => live.taken(frame),
        originals,
      });
      if (!signal.aborted && config.durationMs === undefined) {
        context.log.warn('every source has ended; the service answers until it is stopped');
        await firstValueFrom(aborted(signal));
      }
    } finally {
      await systemd?.stopping();
      reporter.done();
      metrics.close();
      await videos?.close();
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

function rulesOf({ sources, detect }: RunConfig, camera: string): CameraRules | undefined {
  const source = sources.find(({ id }) => id === camera);
  return source && { latencyBudgetMs: (source.detect ?? detect).budgetMs, scene: source.scene };
}

/** @returns the address of the service */
function announce(sinks: OpenSinks, { isOpenToNetwork }: ServiceAccess, { log }: AppContext): string {
  for (const [name, url] of Object.entries(sinks.urls)) log.info(`${name}: ${url}`);
  const http = (sinks.urls[feedKind.name] ?? '').replace(/^ws/, 'http');
  log.info(
    `service: ${http} (a page for browsers; readyz?verbose for its health, metrics for Prometheus, api/stats for programs)`,
  );
  if (isOpenToNetwork)
    log.warn('everyone who reaches this address may watch and control the service, because http.auth is none');
  return http;
}
