import { resolve } from 'node:path';
import type { Provider } from '../core/detector.js';
import { UsageError } from '../core/errors.js';
import type { Size } from '../core/letterbox.js';
import { isFile, lookAt, realPath } from './look-at.js';
import { DEFAULTS, type ForecasterName, type NmsMode, type Pace, type Settings, type Transport } from './schema.js';
import { classifySource, streamIdFor } from './source-kind.js';

/** One source of frames. `id` is its stream's name in every event. */
export type SourceConfig =
  | {
      readonly id: string;
      readonly kind: 'video';
      /** Absolute. */
      readonly path: string;
    }
  | {
      readonly id: string;
      /** A folder of pictures. */
      readonly kind: 'pictures';
      /** Absolute. */
      readonly path: string;
    }
  | {
      readonly id: string;
      readonly kind: 'camera';
      /** With its credentials, or a path below /dev. Print it through {@link redact} only. */
      readonly url: string;
      readonly transport: Transport;
      /** A camera that sends no frame for this long is connected to anew. */
      readonly timeoutMs: number;
      /** How far behind the present it may fall before what waits is skipped. */
      readonly maxBehindMs: number;
    }
  | {
      readonly id: string;
      /** The synthetic drive. */
      readonly kind: 'demo';
      readonly seed: number;
    };

export type ModelConfig = {
  /** An absolute path, or the name of a model of the zoo. */
  readonly path: string;
  /** A name (`coco`) or an absolute path; undefined chooses by the number of classes. */
  readonly labels: string | undefined;
  readonly provider: Provider;
  /** Undefined lets the detector choose by the number of cores. */
  readonly threads: number | undefined;
  /** Detector processes side by side. */
  readonly hosts: number;
  /** Name of a preprocessing of the model's family; its usual one where absent. */
  readonly preprocess: string | undefined;
  /** For a model that leaves its input size open. */
  readonly input: Size | undefined;
};

export type DetectConfig = {
  /** Lowest score that is kept, 0 to 1. */
  readonly conf: number;
  /** IoU above which the worse of two boxes goes, 0 to 1. */
  readonly nms: number;
  readonly nmsMode: NmsMode;
  /** Names or ids; undefined keeps all. `classIdsOf` turns them into ids. */
  readonly classes: readonly string[] | undefined;
  /** A name that `policyByName` knows. */
  readonly schedule: string;
  /** Undefined is no budget. */
  readonly budgetMs: number | undefined;
  /** True wherever a forecaster runs. */
  readonly track: boolean;
  readonly forecast: ForecasterName;
};

export type FeedConfig = {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly token: string | undefined;
  readonly allowedOrigins: readonly string[];
  readonly maxClients: number;
};

/** Absolute paths of the files to write. */
export type OutputConfig = {
  readonly record: string | undefined;
  readonly coco: string | undefined;
  readonly save: string | undefined;
};

/** Everything that `nowcast run` does, resolved: no default is left open and every path is absolute. */
export type RunConfig = {
  /** One at least, with different ids. */
  readonly sources: readonly SourceConfig[];
  readonly model: ModelConfig;
  readonly detect: DetectConfig;
  readonly pace: Pace;
  /** Frames to receive, over all sources. */
  readonly maxFrames: number | undefined;
  readonly durationMs: number | undefined;
  /** Undefined is no feed. */
  readonly feed: FeedConfig | undefined;
  readonly output: OutputConfig;
};

/** The sources named on the command line, as cameras without a name. */
export type NamedSources = readonly string[];

/**
 * Absolute paths for every relative one in `settings`. A model and labels may be names: one without a slash stays as it
 * is, unless the folder has a file that is called so.
 */
export function anchored(settings: Settings, folder: string): Settings {
  const file = <T extends string | undefined>(path: T): T => (path === undefined ? path : resolve(folder, path)) as T;
  const nameOrFile = <T extends string | undefined>(text: T): T =>
    (text !== undefined && (/[\\/]/.test(text) || isFile(resolve(folder, text))) ? file(text) : text);
  const { cameras, model, output } = settings;
  return {
    ...settings,
    ...(cameras && { cameras: Object.fromEntries(Object.entries(cameras).map(([name, camera]) => [name, {
      ...camera, source: classifySource(camera.source).kind === 'path' ? file(camera.source) : camera.source,
    }])) }),
    ...(model && { model: { ...model, path: nameOrFile(model.path), labels: nameOrFile(model.labels) } }),
    ...(output && { output: { record: file(output.record), coco: file(output.coco), save: file(output.save) } }),
  };
}

/** The settings of `flags` over those of the `file`, key by key. */
export function mergeSettings(file: Settings, flags: Settings): Settings {
  const given = <T extends object>(section: T | undefined): Partial<T> =>
    Object.fromEntries(Object.entries(section ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>;
  return {
    ...file,
    ...given(flags),
    model: { ...file.model, ...given(flags.model) },
    detect: { ...file.detect, ...given(flags.detect) },
    ...((file.feed ?? flags.feed) && { feed: { ...file.feed, ...given(flags.feed) } }),
    output: { ...file.output, ...given(flags.output) },
  };
}

/**
 * Fills in what is open, looks at the paths of sources, and refuses what contradicts itself.
 * @param settings with absolute paths, see {@link anchored}
 * @param named sources of the command line; they replace the cameras of the file
 * @throws UsageError naming the keys (and flags) that clash, or a source that is not there
 */
export function resolveRun(settings: Settings, named: NamedSources = []): RunConfig {
  const { model = {}, detect = {}, feed, output = {} } = settings;
  const schedule = detect.schedule ?? DEFAULTS.schedule;
  const forecast = detect.forecast ?? DEFAULTS.forecast;
  const config: RunConfig = {
    sources: named.length > 0 ? namedSources(named) : configuredSources(settings.cameras ?? {}),
    model: {
      path: model.path ?? DEFAULTS.model,
      labels: model.labels,
      provider: model.provider ?? DEFAULTS.provider,
      threads: model.threads,
      hosts: model.hosts ?? 1,
      preprocess: model.preprocess,
      input: model.input === undefined ? undefined : parseInputSize(model.input, 'model.input (--input)'),
    },
    detect: {
      conf: detect.conf ?? DEFAULTS.conf,
      nms: detect.nms ?? DEFAULTS.nms,
      nmsMode: detect.nms_mode ?? DEFAULTS.nmsMode,
      classes: detect.classes,
      schedule,
      budgetMs: budgetMs(detect.budget, schedule),
      track: detect.track ?? forecast !== 'none',
      forecast,
    },
    pace: settings.pace ?? DEFAULTS.pace,
    maxFrames: settings.max_frames,
    durationMs: settings.duration,
    feed: feed && feedConfig(feed),
    output: { record: output.record, coco: output.coco, save: output.save },
  };
  refuseContradictions(config);
  return config;
}

function namedSources(texts: NamedSources): SourceConfig[] {
  const ids = new Map<string, number>();
  return texts.map((text) => {
    const base = streamIdFor(classifySource(text));
    const count = (ids.get(base) ?? 0) + 1;
    ids.set(base, count);
    return sourceConfig(count === 1 ? base : `${base}-${count}`, { source: text });
  });
}

function configuredSources(cameras: NonNullable<Settings['cameras']>): SourceConfig[] {
  const enabled = Object.entries(cameras).filter(([, camera]) => camera.enabled !== false);
  if (enabled.length > 0) return enabled.map(([id, camera]) => sourceConfig(id, camera));
  throw new UsageError(Object.keys(cameras).length > 0
    ? 'every camera of the config has enabled: false; enable one, or name a SOURCE'
    : 'there is nothing to run on; name a SOURCE (a video file, a folder of pictures, or a camera), or a config with cameras (-c)');
}

function sourceConfig(id: string, camera: NonNullable<Settings['cameras']>[string]): SourceConfig {
  const source = classifySource(camera.source);
  if (source.kind === 'path') return { id, ...lookAt(source.path) };
  if (source.kind === 'demo') return { id, ...source };
  return {
    id, kind: 'camera', url: source.url,
    transport: camera.transport ?? DEFAULTS.transport,
    timeoutMs: camera.timeout ?? DEFAULTS.timeoutMs,
    maxBehindMs: camera.max_behind ?? DEFAULTS.maxBehindMs,
  };
}

/**
 * @param where the key or flag that the text stands at, for the message
 * @throws UsageError where it is not WIDTHxHEIGHT in multiples of 32
 */
export function parseInputSize(text: string, where: string): Size {
  const [width, height] = (/^([1-9]\d*)x([1-9]\d*)$/.exec(text) ?? []).slice(1).map(Number);
  if (width === undefined || width % 32 !== 0 || height % 32 !== 0) throw new UsageError(`${where} is "${text}"; it must be WIDTHxHEIGHT in multiples of 32, such as 640x384`);
  return { width, height };
}

/** Every frame is detected on, however late, so a budget means nothing there. */
function budgetMs(budget: number | 'none' | undefined, schedule: string): number | undefined {
  if (budget === 'none') return undefined;
  if (schedule !== 'every') return budget ?? DEFAULTS.budgetMs;
  if (budget === undefined) return undefined;
  throw new UsageError(`detect.budget (--budget) is ${budget} ms, but detect.schedule (--schedule) every detects on each frame however late; set the budget to none, or choose another schedule`);
}

function feedConfig(feed: NonNullable<Settings['feed']>): FeedConfig {
  if (feed.port === undefined) throw new UsageError('feed.port is missing; it must be a whole number from 0 to 65535 (0 takes a free one), or leave the section feed out');
  return {
    host: feed.host ?? DEFAULTS.feedHost,
    port: feed.port,
    token: feed.token,
    allowedOrigins: feed.allowed_origins ?? [],
    maxClients: feed.max_clients ?? DEFAULTS.maxClients,
  };
}

function refuseContradictions({ sources, model, detect, pace, output }: RunConfig): void {
  const camera = sources.find(({ kind }) => kind === 'camera');
  if (camera !== undefined && detect.schedule === 'every') throw new UsageError(`detect.schedule (--schedule) every is for files alone, and ${camera.id} is a camera, whose frames do not wait; choose idle-free`);
  if (camera !== undefined && pace === 'max') throw new UsageError(`pace (--pace) max is for files alone, and ${camera.id} is a camera, which cannot be hurried; leave it at source`);
  if (detect.forecast !== 'none' && !detect.track) throw new UsageError(`detect.forecast (--forecast) is ${detect.forecast}, which needs tracking; leave detect.track out, or set it to true`);
  if (output.save !== undefined && !/\.mp4$/i.test(output.save)) throw new UsageError(`output.save (--save) is ${output.save}, and what is written is an MP4; give it a name that ends in .mp4`);
  const noVideo = sources.find(({ kind }) => kind === 'pictures' || kind === 'demo');
  if (output.save !== undefined && noVideo !== undefined) throw new UsageError(`output.save (--save) draws into a video, and ${noVideo.id} is ${noVideo.kind === 'demo' ? 'drawn live' : 'a folder of pictures'}; use output.coco (--coco) or output.record (--record)`);
  if (sources.length > 1) {
    for (const name of ['coco', 'save'] as const) {
      if (output[name] !== undefined) throw new UsageError(`output.${name} (--${name}) holds the results of one source, and there are ${sources.length}; run them one by one, or use output.record (--record), which holds all`);
    }
  }
  refuseOverwriting({ sources, model, output });
}

/** An output replaces what is there, so it must be no file that the run reads, nor another output, by whatever name. */
function refuseOverwriting({ sources, model, output }: Pick<RunConfig, 'sources' | 'model' | 'output'>): void {
  const taken = new Map<string, string>();
  for (const source of sources) if ('path' in source) taken.set(realPath(source.path), `the source ${source.id}`);
  for (const [what, path] of [['the model', model.path], ['the file of labels', model.labels]] as const) {
    if (path !== undefined) taken.set(realPath(path), what);
  }
  for (const [name, path] of Object.entries(output)) {
    if (path === undefined) continue;
    const other = taken.get(realPath(path));
    if (other !== undefined) throw new UsageError(`output.${name} (--${name}) is ${path}, which is ${other} too; choose another file`);
    taken.set(realPath(path), `output.${name} (--${name})`);
  }
}
