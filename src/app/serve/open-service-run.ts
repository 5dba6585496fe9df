import { configJsonSchema } from '../../config/json-schema.js';
import type { RunConfig } from '../../config/run-config.js';
import { runKeys } from '../../config/run-keys.js';
import type { PictureFormat } from '../../core/picture.js';
import type { Measurements } from '../../pipeline/measurements.js';
import { servicePage } from '../../streaming/live-page/service-page.js';
import { LivePictures } from '../../streaming/live-video/live-pictures.js';
import type { KeptUse } from '../../files/kept-folder.js';
import { packageVersion } from '../paths.js';
import type { Detectors } from '../run/detectors.js';
import { OpenRun } from '../run/open-run.js';
import type { OpenSinks } from '../run/sinks.js';
import { serviceApi } from './api.js';
import { budgetsOf } from './budgets.js';
import type { ApiSources, CameraRules } from './api/sources.js';
import type { ServiceAccess } from './listen.js';
import { ServiceMetrics } from './metrics/service-metrics.js';
import { PastPictures } from './past-pictures.js';
import type { Reload } from './reload.js';
import type { ServiceParts } from './service-parts.js';

/**
 * Opens the run of a service, whose server answers from the service's parts. Metrics and live pictures are among them
 * from now on.
 * @throws UsageError, ModelError or OutputError if the run cannot start; all its resources are then closed
 */
export async function openServiceRun(
  parts: ServiceParts,
  access: ServiceAccess,
  reload: Reload | undefined,
): Promise<OpenRun> {
  const { first: config, context, runParts, switches, originals, coded, objects, states } = parts;
  let run: OpenRun | undefined;
  const crossingsOf: CrossingsOf = (camera) => run?.scenes.summaryOf(camera)?.crossings;
  return (run = await OpenRun.open({
    config,
    context,
    parts: runParts,
    detectors: { isService: true },
    originals,
    switches,
    objects,
    records: coded,
    isDetecting: (camera) => switches.isOn(camera, 'detect'),
    onEvent: (event) => {
      states.seen(event);
      parts.metrics?.seen(event);
      coded.seen(event);
      parts.past?.seen(event);
    },
    onScene: (event) => {
      objects.seen(event);
      parts.videos?.seen(event);
    },
    onTaken: (frame) => {
      parts.live?.taken(frame);
      parts.past?.taken(frame);
    },
    pages: (opened) => {
      const inputOf = inputsOf(parts, () => parts.service?.detectors ?? opened);
      const live = livePictures(parts, inputOf);
      parts.live = live;
      parts.past = new PastPictures({ inputOf, clock: context.clock });
      return servicePage(live);
    },
    api: (opened, measurements) => {
      const metrics = serviceMetrics(parts, {
        detectors: () => parts.service?.detectors ?? opened,
        measurements,
        outputs: () => run?.sinks.health() ?? {},
        crossingsOf,
      });
      parts.metrics = metrics;
      return { ...serviceApi(apiSources(parts, { opened, measurements, metrics, reload, crossingsOf })), access };
    },
  }));
}

type CrossingsOf = NonNullable<ApiSources['crossingsOf']>;

type InputOf = (camera: string) => PictureFormat;

function inputsOf(parts: ServiceParts, detectors: () => Detectors): InputOf {
  return (name) => {
    const source = parts.config.sources.find(({ id }) => id === name);
    return detectors().of(source ?? {}).detector.info.input;
  };
}

function livePictures(parts: ServiceParts, inputOf: InputOf): LivePictures {
  const { originals, coded, states, context } = parts;
  return new LivePictures({
    originals,
    full: coded,
    hasCamera: (name) => states.get(name) !== undefined,
    inputOf,
    onWarning: (message) => context.log.warn(message),
  });
}

function serviceMetrics(
  parts: ServiceParts,
  {
    detectors,
    measurements,
    outputs,
    crossingsOf,
  }: {
    readonly detectors: () => Detectors;
    readonly measurements: Measurements;
    readonly outputs: OpenSinks['health'];
    readonly crossingsOf: CrossingsOf;
  },
): ServiceMetrics {
  const { first, context, states, addresses, coded, switches } = parts;
  return new ServiceMetrics({
    infos: () => detectors().all.map(({ detector }) => detector.info),
    detectorLosses: () => detectorState(detectors()).losses,
    version: packageVersion(),
    states,
    cameras: { [Symbol.iterator]: () => addresses.keys() },
    isOn: (camera, name) => switches.isOn(camera, name),
    viewersOf: (camera) => parts.live?.viewersOf(camera) ?? 0,
    records: () => coded.streams,
    budgetsMs: budgetsOf(first),
    counts: () => measurements.counts(),
    outputs,
    crossingsOf,
    kept: () => ({ ...parts.kept, ...keptOf(outputs()) }),
    clock: context.clock,
  });
}

function detectorState({ all }: Detectors): ReturnType<ApiSources['detectors']> {
  return {
    losses: all.reduce((sum, { shared }) => sum + shared.lossCount, 0),
    isDown: all.some(({ shared }) => shared.isDown || shared.failure !== undefined),
  };
}

function keptOf(outputs: ReturnType<OpenSinks['health']>): Record<string, KeptUse> {
  return Object.fromEntries(Object.entries(outputs).flatMap(([name, { kept }]) => (kept ? [[name, kept]] : [])));
}

function apiSources(
  parts: ServiceParts,
  {
    opened,
    measurements,
    metrics,
    reload,
    crossingsOf,
  }: {
    readonly opened: Detectors;
    readonly measurements: Measurements;
    readonly metrics: ServiceMetrics;
    readonly reload: Reload | undefined;
    readonly crossingsOf: CrossingsOf;
  },
): ApiSources {
  const { context, runParts, addresses, states, originals, startedMs, switches, objects } = parts;
  return {
    version: packageVersion(),
    info: opened.first.detector.info,
    detectors: () => detectorState(parts.service?.detectors ?? opened),
    addresses,
    config: () => context.redact(parts.config) as object,
    states,
    isOn: (camera, name) => switches.isOn(camera, name),
    recordOf: (camera) => parts.coded.stateOf(camera),
    crossingsOf,
    snapshot: () => measurements.snapshot(),
    isReady: () => parts.isReady && !context.signal.aborted,
    originals,
    metrics,
    areMetricsOpen: parts.first.metrics?.auth === 'none',
    clock: context.clock,
    startedMs,
    rulesOf: (camera) => rulesOf(parts.config, camera),
    configSchema: () => configJsonSchema(runKeys(runParts), 'Nowcast configuration'),
    switches,
    ...(reload !== undefined && { reload }),
    objects,
    past: {
      of: (camera) => parts.past?.of(camera) ?? [],
      jpeg: (camera, seq) => parts.past?.jpeg(camera, seq),
    },
    onChange: (message) => context.log.info(message),
  };
}

function rulesOf({ sources, detect }: RunConfig, camera: string): CameraRules | undefined {
  const source = sources.find(({ id }) => id === camera);
  return source && { latencyBudgetMs: (source.detect ?? detect).budgetMs, scene: source.scene };
}
