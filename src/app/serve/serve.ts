import { firstValueFrom } from 'rxjs';
import type { RunConfig } from '../../config/run-config.js';
import type { SourceConfig } from '../../config/run-sources.js';
import { counted } from '../../core/counted.js';
import { configJsonSchema } from '../../config/json-schema.js';
import { runKeys } from '../../config/run-keys.js';
import { UsageError } from '../../core/errors.js';
import { feedKind } from '../../streaming/feed/kind.js';
import { nodeInterval } from '../../streaming/http/timers.js';
import { servicePage } from '../../streaming/live-page/service-page.js';
import { LivePictures } from '../../streaming/live-video/live-pictures.js';
import { createOriginals } from '../../streaming/originals/originals.js';
import type { AppContext } from '../context.js';
import { BUILT_IN_PARTS, sourceEntry, type RunParts } from '../parts.js';
import { packageVersion } from '../paths.js';
import type { OpenDetector } from '../run/detectors.js';
import { aborted, abortedAfter } from '../run/limits.js';
import { OpenRun } from '../run/open-run.js';
import type { OpenSinks } from '../run/sinks.js';
import type { RunSummary } from '../run/summary.js';
import { serviceApi } from './api.js';
import type { CameraRules } from './api/sources.js';
import { CameraStates } from './camera-states.js';
import { serviceAccess, withHttpOfFeed, type ServiceAccess } from './listen.js';
import { ServiceMetrics } from './metrics.js';
import { openObjects } from './open-objects.js';
import type { Reload, Reloaded } from './reload.js';
import { Service } from './service.js';
import { ServiceVideos } from './service-videos.js';
import { StoredSwitches } from './stored-switches.js';
import { asksLivez, reportToSystemd, type SystemdReports } from './systemd.js';

/** Coded pictures are kept for this long at least, and for a clip until its object's event has come. */
const DEFAULT_KEEP_MS = 10_000;
const LATEST_EVENT_MS = 5000;

export type ServeOptions = {
  /** Reads the configuration again. Absent: there is no file. */
  readonly readAgain?: () => Promise<RunConfig>;
  /** Calls for a reload when somebody wants one. @returns ends that */
  readonly onReloadWanted?: (reload: () => void) => () => void;
  /** File of switches where the configuration names none. Absent: they last as long as the service. */
  readonly stateFile?: string;
};

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
  options: ServeOptions = {},
  parts: RunParts = BUILT_IN_PARTS,
): Promise<RunSummary> {
  const config = withHttpOfFeed(given);
  const access = serviceAccess(config);
  const { clock, log, signal } = context;
  const startedMs = clock.now();
  const switches = await StoredSwitches.open(config.stateFile ?? options.stateFile, (message) => log.warn(message));
  await switches.configure(config.sources);
  const ids = config.sources.map(({ id }) => id);
  const states = new CameraStates(ids, startedMs);
  const shownAddress = ({ address }: SourceConfig): string => String(context.redact(address));
  const addresses = new Map(config.sources.map((source) => [source.id, shownAddress(source)]));
  let metrics: ServiceMetrics | undefined;
  let service: Service | undefined;
  let sinks: OpenSinks | undefined;
  let systemd: SystemdReports | undefined;
  let live: LivePictures | undefined;
  let videos: ServiceVideos | undefined;
  let isReady = false;
  const originals = createOriginals({
    keepMs: Math.max(DEFAULT_KEEP_MS, (config.clips?.preMs ?? 0) + LATEST_EVENT_MS),
  });
  const objects = await openObjects(() => service?.config ?? config, originals, context);
  const reload = options.readAgain && reloadOf(options.readAgain, context, () => ({ service, metrics }));
  try {
    const run = await OpenRun.open({
      config,
      context,
      parts,
      detectors: { isService: true },
      originals,
      switches,
      objects,
      isDetecting: (camera) => switches.isOn(camera, 'detect'),
      onEvent: (event) => {
        states.seen(event);
        metrics?.seen(event);
      },
      onScene: (event) => {
        objects.seen(event);
        videos?.seen(event);
      },
      onTaken: (frame) => live?.taken(frame),
      pages: (opened) => {
        live = new LivePictures({
          originals,
          hasCamera: (name) => states.get(name) !== undefined,
          inputOf: (name) => {
            const source = (service?.config ?? config).sources.find(({ id }) => id === name);
            return (service?.detectors ?? opened).of(source ?? {}).detector.info.input;
          },
          onWarning: (message) => log.warn(message),
        });
        return servicePage(live);
      },
      api: (opened, measurements) => {
        const detectors = (): readonly OpenDetector[] => (service?.detectors ?? opened).all;
        metrics = new ServiceMetrics({
          infos: () => detectors().map(({ detector }) => detector.info),
          detectorLosses: () => detectors().reduce((sum, { shared }) => sum + shared.lossCount, 0),
          version: packageVersion(),
          states,
          cameras: { [Symbol.iterator]: () => addresses.keys() },
          budgetsMs: config.sources.flatMap(({ detect }) => (detect ?? config.detect).budgetMs ?? []),
          counts: () => measurements.counts(),
          outputs: () => sinks?.health() ?? {},
          clock,
        });
        const api = serviceApi({
          version: packageVersion(),
          info: opened.first.detector.info,
          addresses,
          config: () => context.redact(service?.config ?? config) as object,
          states,
          snapshot: () => measurements.snapshot(),
          isReady: () => isReady && !signal.aborted,
          originals,
          metrics,
          clock,
          startedMs,
          rulesOf: (camera) => rulesOf(service?.config ?? config, camera),
          configSchema: () => configJsonSchema(runKeys(parts), 'Nowcast configuration'),
          switches,
          ...(reload !== undefined && { reload }),
          objects,
          onChange: (message) => log.info(message),
        });
        return { ...api, access };
      },
    });
    ({ sinks } = run);
    try {
      let onFault: (error: unknown) => void = () => undefined;
      const fault = new Promise<never>((_, reject) => {
        onFault = reject;
      });
      const kept = await ServiceVideos.open(
        { config, originals, ffmpeg: run.ffmpeg, onClip: (shown, clip) => objects.clipped(shown, clip) },
        context,
      );
      videos = kept;
      const onSources = ({ sources }: RunConfig): Promise<void> =>
        kept.onCameras(
          sources.map(({ id, kind }) => ({
            id,
            hasCodedVideo: sourceEntry(kind, parts).pictures === 'in-kept-copy',
          })),
        );
      await onSources(config);
      service = new Service({
        run,
        config,
        switches,
        context,
        parts,
        onCamera: (source, isThere) => {
          const { id } = source;
          if (isThere) {
            addresses.set(id, shownAddress(source));
            states.add(id, clock.now());
            metrics?.begin(id);
          } else {
            addresses.delete(id);
            states.remove(id);
            metrics?.forget(id);
            run.measurements.forget(id);
          }
        },
        onSources,
        onFault,
      });
      const url = announce(run.sinks, access, context);
      const ending = abortedAfter(config.durationMs, signal);
      const unfollow = service.start();
      const unlisten = reload && options.onReloadWanted?.(() => void reload().catch(() => undefined));
      isReady = true;
      systemd = reportToSystemd({
        env: context.env,
        pid: process.pid,
        startInterval: nodeInterval,
        isAlive: asksLivez(url),
        onWarning: log.warn,
      });
      try {
        await systemd.ready();
        await Promise.race([firstValueFrom(aborted(ending.signal)), fault]);
      } finally {
        ending.dispose();
        unlisten?.();
        unfollow();
        await systemd.stopping();
        await run.close();
      }
      await run.sinks.finish();
      return run.summary(service.config, clock.now() - startedMs, run.reporter.problems);
    } finally {
      await run.dispose();
    }
  } finally {
    metrics?.close();
    await videos?.close();
    await objects.close();
    await originals.close();
  }
}

/** Takes over the configuration as it is now, says what came of it, and counts it. */
function reloadOf(
  readAgain: () => Promise<RunConfig>,
  { log }: AppContext,
  parts: () => { readonly service: Service | undefined; readonly metrics: ServiceMetrics | undefined },
): Reload {
  return async () => {
    const { service, metrics } = parts();
    if (service === undefined) throw new UsageError('the service is still starting; reload it in a moment');
    try {
      const changes = await service.reload(async () => withHttpOfFeed(await readAgain()));
      metrics?.reloaded('success');
      log.info(reloadText(changes));
      if (changes.needsRestart.length > 0)
        log.warn(`changed, but in use only after a restart of the service: ${changes.needsRestart.join(', ')}`);
      return changes;
    } catch (error) {
      metrics?.reloaded('failure');
      log.error(`the configuration was not taken over, and the former one stays in use: ${(error as Error).message}`);
      throw error;
    }
  };
}

function reloadText({ added, removed, restarted, unchanged }: Reloaded): string {
  const named = (what: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`${what} ${names.join(', ')}`];
  const changes = [...named('added', added), ...named('removed', removed), ...named('restarted', restarted)];
  return `configuration taken over: ${[...changes, `${counted(unchanged, 'camera')} unchanged`].join('; ')}`;
}

/** @returns the address of the service */
function announce(sinks: OpenSinks, { isOpenToNetwork }: ServiceAccess, { log }: AppContext): string {
  const http = (sinks.urls[feedKind.name] ?? '').replace(/^ws/, 'http');
  log.info(
    `service: ${http} (a page for browsers; readyz?verbose for its health, metrics for Prometheus, api/stats for programs)`,
  );
  if (isOpenToNetwork)
    log.warn('everyone who reaches this address may watch and control the service, because http.auth is none');
  return http;
}

function rulesOf({ sources, detect }: RunConfig, camera: string): CameraRules | undefined {
  const source = sources.find(({ id }) => id === camera);
  return source && { latencyBudgetMs: (source.detect ?? detect).budgetMs, scene: source.scene };
}
