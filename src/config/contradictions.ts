import { UsageError } from '../core/errors.js';
import type { Pace } from '../core/pace.js';
import { isTimeless, type DetectConfig } from './detect-config.js';
import { realPath } from './paths.js';
import type { Parts } from './run-keys.js';
import { refuseUnplayable, type Found, type SourceConfig } from './run-sources.js';

/** The parts of a run's configuration that may contradict each other. */
type Checked = {
  readonly sources: readonly SourceConfig[];
  readonly model: { readonly path: string; readonly labels: string | undefined };
  readonly detect: DetectConfig;
  readonly pace: Pace;
  readonly sinks: readonly { readonly kind: string; readonly settings: Readonly<Record<string, unknown>> }[];
};

/** @throws UsageError if two sections keep their files in one folder: each would remove those of the other */
export function refuseSharedFolders(
  sections: Readonly<Record<string, { readonly folder: string | undefined } | undefined>>,
): void {
  const taken = new Map<string, string>();
  for (const [name, section] of Object.entries(sections)) {
    if (section?.folder === undefined) continue;
    const path = realPath(section.folder);
    const other = taken.get(path);
    if (other !== undefined)
      throw new UsageError(
        `${name}.folder is ${section.folder}, which is ${other}.folder too; give each its own, because it limits all files inside`,
      );
    taken.set(path, name);
  }
}

/** @throws UsageError naming the keys (and flags) that contradict each other */
export function refuseContradictions(config: Checked, found: readonly Found[], parts: Parts): void {
  const { detect, pace } = config;
  const timeless = found.filter(({ config: { detect: own } }) => isTimeless((own ?? detect).schedule, parts));
  refuseUnplayable(pace === 'max' ? found : timeless);
  const waitless = timeless.find(({ kind }) => kind.isLive);
  if (waitless !== undefined) {
    const { config: source, kind, content } = waitless;
    const { schedule } = source.detect ?? detect;
    const where =
      schedule === detect.schedule ? 'detect.schedule (--schedule)' : `cameras.${source.id}.detect.schedule`;
    throw new UsageError(
      `${where} ${schedule} works with files only, and ${source.id} is ${kind.is}, which does not wait for the detector${content === undefined ? '' : ` (${content.found})`}; choose idle-free`,
    );
  }
  const live = found.find(({ kind }) => kind.isLive);
  if (live !== undefined && pace === 'max')
    throw new UsageError(
      `pace (--pace) max works with files only, and ${live.config.id} is ${live.kind.is}, which cannot be read faster than real time; set it to source`,
    );
  refuseMixedClasses(config);
  const sources = found.map(({ config: { id, settings, scene }, kind }) => ({
    ...kind,
    id,
    settings,
    hasScene: scene !== undefined,
  }));
  for (const { kind: name, settings } of config.sinks)
    parts.sinks.find((sink) => sink.name === name)?.check?.(settings, sources);
  refuseReadingTwice(found);
  refuseOverwriting(config, found, parts);
}

/** Boxes of classes that one camera leaves out would suppress those of another. */
function refuseMixedClasses({ detect, sources }: Checked): void {
  const keyOf = (classes: readonly string[] | undefined): string => JSON.stringify(classes?.toSorted() ?? null);
  const other = sources.find(({ detect: own }) => keyOf((own ?? detect).classes) !== keyOf(detect.classes));
  if (detect.nmsMode === 'agnostic' && other !== undefined)
    throw new UsageError(
      `detect.nms_mode (--nms-mode) agnostic needs the same classes for all cameras, and ${other.id} has others; set it to per-class, or remove cameras.${other.id}.detect.classes`,
    );
}

/** Two readers of one pipe would each get a part of it. */
function refuseReadingTwice(found: readonly Found[]): void {
  const taken = new Map<string, string>();
  for (const { config, kind } of found) {
    if (kind.isReadOnce !== true) continue;
    const path = realPath(config.address);
    const other = taken.get(path);
    if (other !== undefined)
      throw new UsageError(`the sources ${other} and ${config.id} are the same pipe, which can be read only once`, {
        keys: [`cameras.${config.id}.source`],
      });
    taken.set(path, config.id);
  }
}

/**
 * An output overwrites its file, so that file must be neither an input of the run nor another output, under any name.
 */
function refuseOverwriting({ model, sinks }: Checked, found: readonly Found[], parts: Parts): void {
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
