import type { RunConfig } from '../../config/run-config.js';
import type { SourceConfig } from '../../config/run-sources.js';

type CameraName = SourceConfig['id'];

/** The effect of a new configuration on the cameras, by their names. */
export type Reloaded = {
  readonly added: readonly CameraName[];
  readonly removed: readonly CameraName[];
  readonly restarted: readonly CameraName[];
  /** Number of cameras that went on. */
  readonly unchanged: number;
  /** Sections that have changed, and take effect with the next start of the service. */
  readonly needsRestart: readonly string[];
};

/**
 * Reads the configuration again and takes it over.
 * @throws UsageError naming file, line and key; the former configuration stays in use
 */
export type Reload = () => Promise<Reloaded>;

/** Parts of a configuration that a reload takes over. */
const TAKEN_OVER: readonly (keyof RunConfig)[] = ['sources', 'detect', 'model', 'pace', 'waits'];

/** Names that differ in the file. */
const IN_FILE: Readonly<Partial<Record<keyof RunConfig, string>>> = {
  maxFrames: 'max_frames',
  durationMs: 'duration',
  isStrict: 'strict',
  sandbox: 'ffmpeg',
  stateFile: 'state',
};

/**
 * The effect of `after` on a service that runs `before`.
 * @param hasOtherDetector of a camera of both: its detector is opened anew
 */
export function changesOf(
  before: RunConfig,
  after: RunConfig,
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
    needsRestart: sectionsOf(before, after),
  };
}

/** All that a camera runs by. Its switches are turned while it runs. */
function choiceOf({ isOff: _off, isDetectOff: _detectOff, ...source }: SourceConfig, config: RunConfig): string {
  const { detect, pace, waits } = config;
  return JSON.stringify([{ ...source, detect: source.detect ?? detect }, pace, waits]);
}

function sectionsOf(before: RunConfig, after: RunConfig): string[] {
  const others = Object.keys({ ...before, ...after }) as (keyof RunConfig)[];
  return others.flatMap((name) => {
    if (TAKEN_OVER.includes(name) || isSame(before[name], after[name])) return [];
    return name === 'sinks' ? changedSinks(before, after) : [IN_FILE[name] ?? name];
  });
}

function changedSinks(before: RunConfig, after: RunConfig): string[] {
  const kinds = new Set([...before.sinks, ...after.sinks].map(({ kind }) => kind));
  const of = ({ sinks }: RunConfig, kind: string): unknown => sinks.find((sink) => sink.kind === kind)?.settings;
  return [...kinds].filter((kind) => !isSame(of(before, kind), of(after, kind)));
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
