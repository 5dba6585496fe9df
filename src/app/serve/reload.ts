import type { RunConfig } from '../../config/run-config.js';
import type { SourceConfig } from '../../config/run-sources.js';
import type { RunParts } from '../parts.js';
import { pendingSinkKeys, sinkChanges } from '../run/sink-changes.js';
import { keepMsOf } from './keep-time.js';

type CameraName = SourceConfig['id'];

/** The effect of a new configuration on the cameras, by their names. */
export type Reloaded = {
  readonly added: readonly CameraName[];
  readonly removed: readonly CameraName[];
  readonly restarted: readonly CameraName[];
  /** Number of cameras that went on. */
  readonly unchanged: number;
  /** Other sections that were taken over. */
  readonly sections: readonly string[];
  /** Sections and keys that differ from those of the start, and take effect with the next one. */
  readonly needsRestart: readonly string[];
};

/**
 * Reads the configuration again and takes it over.
 * @throws UsageError naming file, line and key; the former configuration stays in use
 */
export type Reload = () => Promise<Reloaded>;

/** Parts of a configuration that are taken over with the cameras. */
const OF_CAMERAS: readonly (keyof RunConfig)[] = ['sources', 'detect', 'model', 'pace', 'waits'];
/** Those that are taken over by themselves. */
const OF_SERVICE = ['snapshots', 'clips', 'record'] as const;
/** They reach the feed's settings as these keys. */
const OF_HTTP = { host: 'http.listen', port: 'http.listen', tls_cert: 'http.tls', tls_key: 'http.tls' } as const;

/** Names that differ in the file. */
const IN_FILE: Readonly<Partial<Record<keyof RunConfig, string>>> = {
  maxFrames: 'max_frames',
  durationMs: 'duration',
  isStrict: 'strict',
  sandbox: 'ffmpeg',
  stateFile: 'state',
};

/**
 * The effect of `after` on a service that runs `before`, and started with `first`.
 * @param hasOtherDetector of a camera of both: its detector is opened anew
 */
export function changesOf(
  { first, before, after }: Readonly<Record<'first' | 'before' | 'after', RunConfig>>,
  parts: Pick<RunParts, 'sinks'>,
  hasOtherDetector: (before: SourceConfig, after: SourceConfig) => boolean,
): Reloaded {
  const former = new Map(before.sources.map((source) => [source.id, source]));
  const names = new Set(after.sources.map(({ id }) => id));
  const isRestarted = (source: SourceConfig): boolean => {
    const old = former.get(source.id);
    return old !== undefined && (choiceOf(old, before) !== choiceOf(source, after) || hasOtherDetector(old, source));
  };
  const restarted = after.sources.filter(isRestarted).map(({ id }) => id);
  const added = [...names].filter((id) => !former.has(id));
  return {
    added,
    removed: [...former.keys()].filter((id) => !names.has(id)),
    restarted,
    unchanged: names.size - added.length - restarted.length,
    sections: sectionsOf(before, after, parts),
    needsRestart: pendingOf(first, after, parts),
  };
}

/** All that a camera runs by. Its switches are turned while it runs, and pictures of its objects are the service's. */
function choiceOf(
  { isOff: _off, isDetectOff: _detectOff, snapshots: _pictures, ...source }: SourceConfig,
  config: RunConfig,
): string {
  const { detect, pace, waits } = config;
  return JSON.stringify([{ ...source, detect: source.detect ?? detect }, pace, waits]);
}

function sectionsOf(before: RunConfig, after: RunConfig, parts: Pick<RunParts, 'sinks'>): string[] {
  const { added, removed, reopened, reopenedAfter, live } = sinkChanges(before.sinks, after.sinks, parts);
  return [
    ...OF_SERVICE.filter((name) => !isSame(before[name], after[name])),
    ...(isSame(accessOf(before), accessOf(after)) ? [] : ['http']),
    ...[added, removed, reopened, reopenedAfter, live].flatMap((sinks) => sinks.map(({ kind }) => kind)),
  ];
}

/** Who may use the service. */
function accessOf({ http }: RunConfig): unknown {
  const { listen: _listen, tls: _tls, ...access } = http ?? {};
  return access;
}

function pendingOf(first: RunConfig, after: RunConfig, parts: Pick<RunParts, 'sinks'>): string[] {
  const others = Object.keys({ ...first, ...after }) as (keyof RunConfig)[];
  const taken: readonly string[] = [...OF_CAMERAS, ...OF_SERVICE, 'http', 'sinks'];
  const keys = pendingSinkKeys(first.sinks, after.sinks, parts).map((key) => httpKey(key, first, after));
  return [
    ...others.flatMap((name) =>
      taken.includes(name) || isSame(first[name], after[name]) ? [] : [IN_FILE[name] ?? name],
    ),
    ...(keepMsOf(after) > keepMsOf(first) ? ['clips.pre_roll'] : []),
    ...new Set(keys),
  ];
}

/** The key as the file has it. */
function httpKey(key: string, ...configs: readonly RunConfig[]): string {
  const inHttp = key.startsWith('feed.') ? (OF_HTTP as Readonly<Record<string, string>>)[key.slice(5)] : undefined;
  const isFromHttp = configs.some(({ http }) => (inHttp === 'http.tls' ? http?.tls : http?.listen) !== undefined);
  return inHttp !== undefined && isFromHttp ? inHttp : key;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
