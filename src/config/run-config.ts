import { dirname, resolve } from 'node:path';
import type { NmsMode, Provider } from '../core/detector.js';
import { SourceError, UsageError } from '../core/errors.js';
import type { Size } from '../core/size.js';
import type { TrackLife } from '../core/track-life.js';
import { findNamed } from '../core/named-kind.js';
import type { Pace } from '../core/pace.js';
import type { SourceKind } from '../core/source-kind.js';
import { realPath, whatIsAt } from './paths.js';
import {
  flagKeys,
  foreignKeys,
  ownersOf,
  runKeys,
  type CameraSettings,
  type Parts,
  type Settings,
} from './run-keys.js';
import { anchored, withDefaults } from './settings.js';
import { fileNameOf, findSource, recogniseSource, type ContentByText, type FoundSource } from './sources.js';

/** One source of frames. `id` is its stream's name in every event. */
export type SourceConfig = {
  readonly id: string;
  /** Name of its entry in the registry of sources. */
  readonly kind: string;
  /** An absolute path, or an address with its credentials. Print it through `redact` only. */
  readonly address: string;
  /** Further files of the same stream, absolute paths. */
  readonly more?: readonly string[];
  /** The keys of its kind, with defaults filled in. */
  readonly settings: Readonly<Record<string, unknown>>;
};

export type ModelConfig = {
  /** An absolute path, or the name of a model of the zoo. */
  readonly path: string;
  /** A built-in name (`coco`) or an absolute path. Undefined: the number of classes decides. */
  readonly labels: string | undefined;
  readonly provider: Provider;
  /** Undefined: the detector decides by the number of cores. */
  readonly threads: number | undefined;
  /** Number of detector processes that run in parallel. */
  readonly hosts: number;
  /** Name of a preprocessing of the model's family. Undefined: the family's usual one. */
  readonly preprocess: string | undefined;
  /** The network is not tried on test pictures. */
  readonly isTrusted: boolean;
  /** For a model with a dynamic input size. */
  readonly input: Size | undefined;
};

export type DetectConfig = {
  /** Detections with a lower score are dropped, 0 to 1. */
  readonly conf: number;
  /** IoU above which NMS drops the lower-scored of two boxes, 0 to 1. */
  readonly nms: number;
  readonly nmsMode: NmsMode;
  /** Names or ids; undefined keeps all. `classIdsOf` turns them into ids. */
  readonly classes: readonly string[] | undefined;
  /** The text of a schedule, as its registry parses it. */
  readonly schedule: string;
  /** Undefined means no budget. */
  readonly budgetMs: number | undefined;
  /** Always true with a forecaster. */
  readonly track: boolean;
  readonly trackLife: TrackLife;
  /** `none`, or the text of a forecaster, as its registry parses it. */
  readonly forecast: string;
};

/** An output of the run's results. */
export type SinkConfig = {
  /** Name of its entry in the registry of sinks. */
  readonly kind: string;
  /** Keys of the sink, with defaults filled in; paths are absolute. */
  readonly settings: Readonly<Record<string, unknown>>;
};

/** The resolved configuration of `nowcast run`: every default is filled in and every path is absolute. */
export type RunConfig = {
  /** One or more, with different ids. */
  readonly sources: readonly SourceConfig[];
  readonly model: ModelConfig;
  readonly detect: DetectConfig;
  readonly pace: Pace;
  /** Number of frames to receive, over all sources. */
  readonly maxFrames: number | undefined;
  readonly durationMs: number | undefined;
  /** Any frame that is lost as damaged or by the detector fails the run. */
  readonly isStrict: boolean;
  readonly sinks: readonly SinkConfig[];
};

/** Makes every relative path in `settings` absolute; see {@link anchored}. */
export function anchoredRun(settings: Settings, folder: string, parts: Parts): Settings {
  const { cameras, ...rest } = settings;
  const anchoredRest = anchored(flagKeys(parts), rest, folder);
  if (cameras === undefined) return anchoredRest;
  return {
    ...anchoredRest,
    cameras: Object.fromEntries(
      Object.entries(cameras).map(([name, camera]) => {
        const { kind, address } = recogniseSource(camera.source, parts.sources, folder);
        return [name, kind === undefined ? { ...camera, source: resolve(folder, address) } : camera];
      }),
    ),
  };
}

/** The texts of a run's sources: those of the command line, or else of the file. */
export function sourceTexts({ cameras = {} }: Settings, named: readonly string[]): readonly string[] {
  if (named.length > 0) return named;
  return Object.values(cameras)
    .filter(({ enabled }) => enabled !== false)
    .map(({ source }) => source);
}

/**
 * Fills in defaults, checks the paths of sources, and refuses contradictions.
 * @param settings with absolute paths, see {@link anchoredRun}
 * @param named sources of the command line; they replace the cameras of the file
 * @param contents of addresses, see `lookAtSources`
 * @throws UsageError naming the keys (and flags) that contradict each other, or a source that does not exist
 */
export function resolveRun(
  settings: Settings,
  named: readonly string[],
  parts: Parts,
  contents?: ContentByText,
): RunConfig {
  const keys = runKeys(parts);
  const model = withDefaults(keys.model.keys, settings.model ?? {});
  const given = settings.detect ?? {};
  const detect = withDefaults(keys.detect.keys, given);
  const keepsAllFrames = findNamed(parts.policies, detect.schedule)?.keepsAll === true;
  const flagged = settings.sources ?? {};
  const found =
    named.length > 0
      ? namedSources(named, flagged, parts, contents)
      : configuredSources(settings.cameras ?? {}, flagged, parts, contents);
  refuseUselessFlags(flagged, found, parts);
  const config: RunConfig = {
    sources: found.map(({ config: source }) => source),
    model: {
      path: model.path,
      labels: model.labels,
      provider: model.provider,
      threads: model.threads,
      hosts: model.hosts,
      preprocess: model.preprocess,
      isTrusted: model.trusted,
      input: model.input === undefined ? undefined : parseInputSize(model.input, 'model.input (--input)'),
    },
    detect: {
      conf: detect.conf,
      nms: detect.nms,
      nmsMode: detect.nms_mode,
      classes: detect.classes,
      schedule: detect.schedule,
      budgetMs: budgetMs(given.budget, detect.budget, keepsAllFrames ? detect.schedule : undefined),
      track: given.track ?? detect.forecast !== 'none',
      trackLife: {
        minConsecutiveFrames: detect.min_consecutive_frames,
        minTrackScore: detect.min_track_score,
        lostTrackMs: detect.lost_track,
      },
      forecast: detect.forecast,
    },
    pace: settings.pace ?? keys.pace.default,
    maxFrames: settings.max_frames,
    durationMs: settings.duration,
    isStrict: settings.strict ?? keys.strict.default,
    sinks: sinkConfigs(settings, parts),
  };
  refuseContradictions(config, found, keepsAllFrames, parts);
  refuseUselessTrackKeys(given, config.detect, parts);
  return config;
}

type Found<Open = unknown> = {
  readonly config: SourceConfig;
  readonly kind: SourceKind<Open>;
  readonly content?: FoundSource<Open>['content'];
};

type Flagged = Readonly<Record<string, unknown>>;

function namedSources(
  texts: readonly string[],
  flagged: Flagged,
  parts: Parts,
  contents: ContentByText | undefined,
): Found[] {
  const ids = new Map<string, number>();
  return joined(texts.map((text) => sourceConfig(undefined, { source: text }, parts.sources, flagged, contents))).map(
    (source) => {
      const { id } = source.config;
      const count = (ids.get(id) ?? 0) + 1;
      ids.set(id, count);
      return count === 1 ? source : { ...source, config: { ...source.config, id: `${id}-${count}` } };
    },
  );
}

/** One stream for all files of a kind that joins them: a shell turns `*.jpg` into a hundred names. */
function joined(sources: readonly Found[]): Found[] {
  const groups = new Map<unknown, Found[]>();
  for (const source of sources) {
    const { kind, config } = source;
    const key = kind.joinsFiles === true && whatIsAt(config.address) === 'file' ? kind.name : config;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [source]);
    else group.push(source);
  }
  return Array.from(groups.values(), ([first, ...rest]) =>
    rest.length === 0
      ? first
      : {
          ...first,
          config: {
            ...first.config,
            id: fileNameOf(dirname(first.config.address)),
            more: rest.map(({ config }) => config.address),
          },
        },
  );
}

function configuredSources(
  cameras: Readonly<Record<string, CameraSettings>>,
  flagged: Flagged,
  parts: Parts,
  contents: ContentByText | undefined,
): Found[] {
  const enabled = Object.entries(cameras).filter(([, camera]) => camera.enabled !== false);
  if (enabled.length > 0)
    return enabled.map(([id, camera]) => sourceConfig(id, camera, parts.sources, flagged, contents));
  throw new UsageError(
    Object.keys(cameras).length > 0
      ? 'every camera of the config has enabled: false; enable one, or name a SOURCE'
      : 'the run has no source; name a SOURCE (a video file, pictures, or a camera), or a config with cameras (-c)',
  );
}

/** A flag that no source of the run has is a mistake. */
function refuseUselessFlags(flagged: Flagged, found: readonly Found[], { sources }: Parts): void {
  for (const name of Object.keys(flagged)) {
    if (found.some(({ kind }) => name in kind.keys)) continue;
    refuseUnplayable(found);
    const flag = sources.find(({ keys }) => name in keys)?.keys[name].flag?.split(' ')[0];
    throw new UsageError(
      `${flag} is for ${ownersOf(name, sources)}, and ${found.map(({ config, kind }) => `${config.id} is ${kind.is}`).join(', ')}; leave the flag out`,
    );
  }
}

/**
 * One source with every key of its kind.
 * @param flagged keys that win over the camera's, where its kind has them
 * @throws UsageError if it does not exist, is malformed, or has a key of another kind
 */
export function sourceConfig<Open>(
  id: string | undefined,
  camera: CameraSettings,
  kinds: readonly SourceKind<Open>[],
  flagged: Flagged = {},
  contents?: ContentByText,
): Found<Open> {
  const { kind, address, streamId, content } = findSource(camera.source, kinds, contents);
  const [misplaced] = Object.entries(foreignKeys(camera, [kind], kind.is, kinds));
  if (misplaced !== undefined) throw new UsageError(`cameras.${id}.${misplaced[0]}: ${misplaced[1]}`);
  const settings = withDefaults(kind.keys, { ...camera, ...flagged });
  return { kind, content, config: { id: id ?? streamId, kind: kind.name, address, settings } };
}

/**
 * @param where the key or flag of the text, for the message
 * @throws UsageError if the text is not WIDTHxHEIGHT in multiples of 32
 */
export function parseInputSize(text: string, where: string): Size {
  const [width, height] = (/^([1-9]\d*)x([1-9]\d*)$/.exec(text) ?? []).slice(1).map(Number);
  if (width === undefined || width % 32 !== 0 || height % 32 !== 0)
    throw new UsageError(`${where} is "${text}"; it must be WIDTHxHEIGHT in multiples of 32, such as 640x384`);
  return { width, height };
}

/**
 * A schedule that detects on every frame, however late, has no budget.
 * @param timeless the name of such a schedule; undefined for any other
 */
function budgetMs(
  given: number | 'none' | undefined,
  resolved: number | 'none',
  timeless: string | undefined,
): number | undefined {
  if (resolved === 'none') return undefined;
  if (timeless === undefined) return resolved;
  if (given === undefined) return undefined;
  throw new UsageError(
    `detect.budget (--budget) is ${given} ms, but detect.schedule (--schedule) ${timeless} detects on each frame however late; set the budget to none, or choose another schedule`,
  );
}

/** A sink runs if one of its keys is set, or if its own section exists. */
function sinkConfigs(settings: Settings, { sinks }: Parts): SinkConfig[] {
  return sinks.flatMap((sink) => {
    const section = settings[sink.section.name] as Readonly<Record<string, unknown>> | undefined;
    const isAlone = sinks.filter(({ section: { name } }) => name === sink.section.name).length === 1;
    const isOn =
      section !== undefined && (isAlone || Object.keys(sink.keys).some((name) => section[name] !== undefined));
    return isOn ? [{ kind: sink.name, settings: withDefaults(sink.keys, section) }] : [];
  });
}

function refuseContradictions(config: RunConfig, found: readonly Found[], keepsAllFrames: boolean, parts: Parts): void {
  const { detect, pace } = config;
  const live = found.find(({ kind }) => kind.isLive);
  if (keepsAllFrames || pace === 'max') refuseUnplayable(found);
  if (live !== undefined && keepsAllFrames)
    throw new UsageError(
      `detect.schedule (--schedule) ${detect.schedule} works with files only, and ${live.config.id} is ${live.kind.is}, which does not wait for the detector${live.content === undefined ? '' : ` (${live.content.found})`}; choose idle-free`,
    );
  if (live !== undefined && pace === 'max')
    throw new UsageError(
      `pace (--pace) max works with files only, and ${live.config.id} is ${live.kind.is}, which cannot be read faster than real time; set it to source`,
    );
  if (detect.forecast !== 'none' && !detect.track)
    throw new UsageError(
      `detect.forecast (--forecast) is ${detect.forecast}, which needs tracking; remove detect.track, or set it to true`,
    );
  const sources = found.map(({ config: { id, settings }, kind }) => ({ ...kind, id, settings }));
  for (const { kind: name, settings } of config.sinks)
    parts.sinks.find((sink) => sink.name === name)?.check?.(settings, sources);
  refuseReadingTwice(found);
  refuseOverwriting(config, found, parts);
}

/** Keys that say when an object is a track, where nothing is tracked or the tracker has its own rule. */
function refuseUselessTrackKeys(
  given: Readonly<Record<string, unknown>>,
  { track, forecast }: DetectConfig,
  { forecasters }: Parts,
): void {
  const key = ['min_consecutive_frames', 'min_track_score', 'lost_track'].find((name) => given[name] !== undefined);
  if (key === undefined) return;
  const subject = `detect.${key} (--${key.replaceAll('_', '-')})`;
  if (!track) throw new UsageError(`${subject} is about tracks, and detect.track (--track) is off; set it to true`);
  if (forecast !== 'none' && findNamed(forecasters, forecast)?.keepsTrackLife !== true)
    throw new UsageError(
      `${subject} has no effect on the forecaster ${forecast}, which has its own rule for tracks; remove the key, or choose another forecaster`,
    );
}

/**
 * Where a file is needed, an address without anything to play is no camera that may come back.
 * @throws SourceError with the reason
 */
function refuseUnplayable(found: readonly Found[]): void {
  const nothing = found.find(({ content }) => content?.isPlayable === false);
  if (nothing === undefined) return;
  throw new SourceError(`${nothing.config.id} gives no video: ${nothing.content!.found}; check the address`, {
    code: 'NOWCAST_SOURCE_ADDRESS',
  });
}

/** Two readers of one pipe would each get a part of it. */
function refuseReadingTwice(found: readonly Found[]): void {
  const taken = new Map<string, string>();
  for (const { config, kind } of found) {
    if (kind.isReadOnce !== true) continue;
    const path = realPath(config.address);
    const other = taken.get(path);
    if (other !== undefined)
      throw new UsageError(`the sources ${other} and ${config.id} are the same pipe, which can be read only once`);
    taken.set(path, config.id);
  }
}

/**
 * An output overwrites its file, so that file must be neither an input of the run nor another output, under any name.
 */
function refuseOverwriting({ model, sinks }: RunConfig, found: readonly Found[], parts: Parts): void {
  const taken = new Map<string, string>();
  for (const { config, kind } of found)
    if (kind.takesPath !== undefined)
      for (const path of [config.address, ...(config.more ?? [])]) taken.set(realPath(path), `the source ${config.id}`);
  for (const [what, path] of [
    ['the model', model.path],
    ['the file of labels', model.labels],
  ] as const) {
    if (path !== undefined) taken.set(realPath(path), what);
  }
  for (const { kind: name, settings } of sinks) {
    const sink = parts.sinks.find((one) => one.name === name);
    for (const [key, { type, flag }] of Object.entries(sink?.keys ?? {})) {
      const path = settings[key];
      if (type !== 'file' || typeof path !== 'string') continue;
      const output = `${sink?.section.name}.${key}${flag === undefined ? '' : ` (${flag.split(' ')[0]})`}`;
      const other = taken.get(realPath(path));
      if (other !== undefined) throw new UsageError(`${output} is ${path}, which is ${other} too; choose another file`);
      taken.set(realPath(path), output);
    }
  }
}
