import { resolve } from 'node:path';
import type { Provider } from '../core/detector.js';
import { UsageError } from '../core/errors.js';
import type { Pace } from '../core/pace.js';
import type { SandboxMode } from '../core/sandbox-mode.js';
import type { Size } from '../core/size.js';
import { resolveClips, resolveRecord, type ClipsConfig, type RecordConfig } from './clips-config.js';
import { refuseContradictions, refuseSharedFolders } from './contradictions.js';
import { keyAndFlag, refuseUselessTrackKeys, resolveDetect, type DetectConfig } from './detect-config.js';
import { resolveHttp, type HttpConfig } from './http-config.js';
import { rolesOf } from './keys/camera-keys.js';
import { metricsKeys } from './keys/metrics-keys.js';
import { flagKeys, runKeys, type Parts, type Settings } from './run-keys.js';
import { runSources, type Found, type SourceConfig } from './run-sources.js';
import { anchored, withDefaults } from './settings.js';
import { resolveSnapshots, type SnapshotsConfig } from './snapshots-config.js';
import { recogniseSource, type ContentByText } from './sources.js';

export type ModelConfig = {
  /** An absolute path, or the name of a model of the zoo. */
  readonly path: string;
  /** A built-in name (`coco`) or an absolute path. Undefined: the number of classes decides. */
  readonly labels: string | undefined;
  readonly provider: Provider;
  /** Undefined: the detector decides by the number of cores. */
  readonly threads: number | undefined;
  /** Number of detector processes that run in parallel; `auto` follows the cameras and the machine. */
  readonly hosts: number | 'auto';
  /** Name of a preprocessing of the model's family. Undefined: the family's usual one. */
  readonly preprocess: string | undefined;
  /** The network is not tried on test pictures. */
  readonly isTrusted: boolean;
  /** For a model with a dynamic input size. */
  readonly input: Size | undefined;
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
  /** A camera that does not answer at the start is tried until it does. */
  readonly waits: boolean;
  /** Any frame that is lost as damaged or by the detector fails the run. */
  readonly isStrict: boolean;
  /** Undefined: the environment decides. */
  readonly sandbox: SandboxMode | undefined;
  readonly sinks: readonly SinkConfig[];
  /** The server of a service; absent without the section. */
  readonly http?: HttpConfig;
  /** Who may read the numbers of a service; absent without the section. */
  readonly metrics?: { readonly auth: 'none' | 'required' };
  /** Of a service, each absent without its section. */
  readonly snapshots?: SnapshotsConfig;
  readonly clips?: ClipsConfig;
  readonly record?: RecordConfig;
  /** File in which a service keeps the positions of its switches; absent takes the usual one. */
  readonly stateFile?: string;
};

/** Makes every relative path in `settings` absolute; see {@link anchored}. */
export function anchoredRun(settings: Settings, folder: string, parts: Parts): Settings {
  const { cameras, ...rest } = settings;
  const anchoredRest = anchored(flagKeys(parts), rest, folder);
  if (cameras === undefined) return anchoredRest;
  const { of } = runKeys(parts).cameras;
  return {
    ...anchoredRest,
    cameras: Object.fromEntries(
      Object.entries(cameras).map(([name, camera]) => {
        const { detect, record } = rolesOf(camera);
        const { kind, address } = recogniseSource(detect, parts.sources, folder);
        const source = kind === undefined ? resolve(folder, address) : detect;
        return [
          name,
          { ...anchored(of, camera, folder), source: record === undefined ? source : { detect: source, record } },
        ];
      }),
    ),
  };
}

/**
 * Fills in defaults, checks the paths of sources, and refuses contradictions.
 * @param settings with absolute paths, see {@link anchoredRun}
 * @param named sources of the command line; names choose cameras of the file, and other sources replace them
 * @param contents of addresses, see `lookAtSources`
 * @param isService cameras may have models of their own, and run later
 * @throws UsageError naming the keys (and flags) that contradict each other, or a source that does not exist
 */
export function resolveRun(
  settings: Settings,
  named: readonly string[],
  parts: Parts,
  contents?: ContentByText,
  isService = false,
): RunConfig {
  const keys = runKeys(parts);
  const model = withDefaults(keys.model.keys, settings.model ?? {});
  const given = settings.detect ?? {};
  const detect = resolveDetect(given, parts);
  const found = runSources(settings, named, parts, contents, isService);
  const path = oneModel(found, model.path, isService);
  const sources = found.map(({ config: source, model: own = path }) =>
    own === path ? source : { ...source, model: own },
  );
  const cameras = { sources, names: Object.keys(settings.cameras ?? {}) };
  const config: RunConfig = {
    sources,
    model: {
      path,
      labels: model.labels,
      provider: model.provider,
      threads: model.threads,
      hosts: withDefaults(keys.detectors.keys, settings.detectors ?? {}).count,
      preprocess: model.preprocess,
      isTrusted: model.trusted,
      input: model.input === undefined ? undefined : parseInputSize(model.input, 'model.input (--input)'),
    },
    detect,
    pace: settings.pace ?? keys.pace.default,
    maxFrames: settings.max_frames,
    durationMs: settings.duration,
    waits: settings.wait ?? keys.wait.default,
    isStrict: settings.strict ?? keys.strict.default,
    sandbox: settings.ffmpeg?.sandbox,
    sinks: sinkConfigs(settings, parts),
    ...(settings.http !== undefined && { http: resolveHttp(settings.http) }),
    ...(settings.metrics !== undefined && { metrics: withDefaults(metricsKeys, settings.metrics) }),
    ...(settings.snapshots !== undefined && { snapshots: resolveSnapshots(settings.snapshots) }),
    ...(settings.clips !== undefined && { clips: resolveClips(settings.clips, cameras) }),
    ...(settings.record !== undefined && { record: resolveRecord(settings.record, cameras) }),
    ...(settings.state !== undefined && { stateFile: settings.state }),
  };
  refuseContradictions(config, found, parts);
  const { snapshots, clips, record } = config;
  refuseSharedFolders({ snapshots, clips, record });
  const choices = config.sources.map(({ detect: own }) => own ?? detect);
  refuseUselessTrackKeys(given, keyAndFlag, choices, parts);
  return config;
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

/**
 * The one model of a run's sources, or that of the file, if the cameras of a service have several.
 * @throws UsageError if cameras of a run name different ones
 */
function oneModel(found: readonly Found[], ofTheFile: string, isService: boolean): string {
  const [first, ...rest] = found.map(({ config: { id }, model = ofTheFile }) => ({ id, path: model }));
  const other = rest.find(({ path }) => path !== first.path);
  if (other === undefined) return first.path;
  if (isService) return ofTheFile;
  throw new UsageError(
    `${first.id} is for the model ${first.path} and ${other.id} for ${other.path} (cameras.<name>.detect.model, or model.path), but a run has one detector; give all of its cameras the same model, or start a run for each by its name. \`nowcast serve\` runs several models at once`,
    { keys: [other.id, first.id].map((id) => `cameras.${id}.detect.model`) },
  );
}
