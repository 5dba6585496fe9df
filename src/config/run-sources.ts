import { dirname, resolve } from 'node:path';
import { aboutKeys } from '../core/error-key.js';
import { SourceError, UsageError } from '../core/errors.js';
import type { SceneRules } from '../core/scene-rules.js';
import type { SourceKind } from '../core/source-kind.js';
import { lostTrackMs, resolveOwnDetect, type OwnDetectConfig } from './detect-config.js';
import { whatIsAt } from './paths.js';
import { foreignKeys, ownersOf, rolesOf, type CameraSettings } from './keys/camera-keys.js';
import type { Parts, Settings } from './run-keys.js';
import { resolveScene, sceneSettings } from './scene-config.js';
import { SECTION_NAME } from './schema.js';
import { resolveOwnSnapshots, type PictureRule } from './snapshots-config.js';
import { withDefaults } from './settings.js';
import { fileNameOf, findSource, recogniseSource, type ContentByText, type FoundSource } from './sources.js';
import { didYouMean } from './suggest.js';

/** One source of frames. `id` is its stream's name in every event. */
export type SourceConfig = {
  readonly id: string;
  /** Name of its entry in the registry of sources. */
  readonly kind: string;
  /** An absolute path, or an address with its credentials. Print it through `redact` only. */
  readonly address: string;
  /**
   * Address of another stream of the same camera, with its credentials: that of its recordings, of its clips, and of
   * its full-size video on a service's page. Absent: `address` has all roles.
   */
  readonly record?: string;
  /** Further files of the same stream, absolute paths. */
  readonly more?: readonly string[];
  /** The keys of its kind, with defaults filled in. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The choice of a camera with a `detect` of its own; absent for a source that follows the run's. */
  readonly detect?: OwnDetectConfig;
  /** The rules for its zones, lines and objects; absent for a source without. */
  readonly scene?: SceneRules;
  /** The pictures of its objects, if they differ from those of the other cameras. */
  readonly snapshots?: PictureRule;
  /** Of a camera with a model of its own, in a service: a path, or a name of the zoo. */
  readonly model?: string;
  /** Of a camera of a service that does not run until it is switched on. */
  readonly isOff?: true;
  /** Of a camera whose frames do not go to the detector. */
  readonly isDetectOff?: true;
};

/** A source with the entry of its kind. */
export type Found<Open = unknown> = {
  readonly config: SourceConfig;
  readonly kind: SourceKind<Open>;
  readonly content?: FoundSource<Open>['content'];
  /** Of a camera that names its own. */
  readonly model?: string | undefined;
};

type Flagged = Readonly<Record<string, unknown>>;

/**
 * The sources of a run: those of the command line, or else the file's cameras.
 * @param named names choose cameras of the file, and other sources replace them
 * @param isService cameras that are not enabled count, too: a service can switch them on
 * @throws UsageError if there is none, if one does not exist, or if it has a key or a flag of another kind
 */
export function runSources(
  settings: Settings,
  named: readonly string[],
  parts: Parts,
  contents: ContentByText | undefined,
  isService = false,
): Found[] {
  const found =
    named.length > 0
      ? namedSources(named, settings, parts, contents)
      : configuredSources(camerasToRun(settings, isService), settings, parts, contents);
  refuseUselessFlags(settings.sources ?? {}, found, parts);
  refuseSharedScene(settings, found);
  return found;
}

/** Cameras of the file by their names, then other sources. */
function namedSources(
  texts: readonly string[],
  settings: Settings,
  parts: Parts,
  contents: ContentByText | undefined,
): Found[] {
  const { cameras = {}, sources: flagged = {} } = settings;
  const names = texts.filter((text) => Object.hasOwn(cameras, text));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError(`the camera ${twice} is named twice; name it once`);
  const others = texts.filter((text) => !Object.hasOwn(cameras, text));
  for (const text of others) refuseUnknownName(text, Object.keys(cameras), parts);
  const chosen = configuredSources(
    names.map((name) => [name, { ...cameras[name], enabled: true }]),
    settings,
    parts,
    contents,
  );
  const ids = new Map(names.map((name) => [name, 1]));
  return [
    ...chosen,
    ...joined(others.map((text) => sourceConfig(undefined, { source: text }, parts.sources, flagged, contents)))
      .map((source) => {
        const { id } = source.config;
        const count = (ids.get(id) ?? 0) + 1;
        ids.set(id, count);
        return count === 1 ? source : { ...source, config: { ...source.config, id: `${id}-${count}` } };
      })
      .map((source) => withChoice(source, undefined, settings, parts)),
  ];
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

type NamedCamera = readonly [name: string, camera: CameraSettings];

/** @throws UsageError if there is none */
function camerasToRun({ cameras = {} }: Settings, isService: boolean): readonly NamedCamera[] {
  const enabled = Object.entries(cameras).filter(([, camera]) => isService || camera.enabled !== false);
  if (enabled.length > 0) return enabled;
  throw new UsageError(
    Object.keys(cameras).length > 0
      ? 'every camera of the config has enabled: false; enable one, or name a SOURCE'
      : 'the run has no source; name a SOURCE (a video file, pictures, or a camera), or a config with cameras (-c)',
    { keys: ['cameras'] },
  );
}

function configuredSources(
  cameras: readonly NamedCamera[],
  settings: Settings,
  parts: Parts,
  contents: ContentByText | undefined,
): Found[] {
  return cameras.map(([id, camera]) => {
    const { config, ...found } = sourceConfig(id, camera, parts.sources, settings.sources, contents);
    const switched: SourceConfig = {
      ...config,
      ...(camera.enabled === false && { isOff: true }),
      ...(camera.detect?.enabled === false && { isDetectOff: true }),
    };
    return withChoice({ ...found, config: switched }, camera, settings, parts);
  });
}

/** The source with its own choice of results and its own scene, which makes the choice its own: it needs tracks. */
function withChoice(
  { config, ...found }: Found,
  camera: CameraSettings | undefined,
  { detect: given = {}, scene: sceneOfFlag, snapshots = {} }: Settings,
  parts: Parts,
): Found {
  const scene = sceneOfFlag ?? (camera && sceneSettings(camera));
  const own = camera?.snapshots && resolveOwnSnapshots(config.id, camera.snapshots, snapshots, scene !== undefined);
  if (camera?.detect === undefined && scene === undefined) return { config, ...found };
  const detect = resolveOwnDetect(config.id, camera?.detect ?? {}, given, parts, scene !== undefined);
  const where = sceneOfFlag === undefined ? `cameras.${config.id}.` : '';
  return {
    ...found,
    model: camera?.detect?.model,
    config: {
      ...config,
      detect,
      ...(scene !== undefined && { scene: resolveScene(scene, where, lostTrackMs(detect, parts)) }),
      ...(own !== undefined && { snapshots: own }),
    },
  };
}

/** @throws UsageError if the one scene of a flag is for several pictures */
function refuseSharedScene({ scene }: Settings, found: readonly Found[]): void {
  if (scene !== undefined && found.length > 1)
    throw new UsageError(
      `--zones is for one picture, but the run has ${found.length} sources (${found.map(({ config: { id } }) => id).join(', ')}); put zones, lines, masks and objects under cameras.<name> of a configuration (-c)`,
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
  const { detect, record } = rolesOf(camera);
  const { kind, address, streamId, content } = aboutKeys(id === undefined ? [] : [`cameras.${id}.source`], () =>
    findSource(detect, kinds, contents),
  );
  const [misplaced] = Object.entries(foreignKeys(camera, [kind], kind.is, kinds));
  if (misplaced !== undefined) throw new UsageError(`cameras.${id}.${misplaced[0]}: ${misplaced[1]}`);
  if (record !== undefined && kind.codedForms === undefined)
    throw new UsageError(
      `cameras.${id}.source.record is for a camera, and source.detect is ${kind.is}; write source.detect alone, as source`,
    );
  const settings = withDefaults(kind.keys, { ...camera, ...flagged });
  return {
    kind,
    content,
    config: {
      id: id ?? streamId,
      kind: kind.name,
      address,
      ...(record !== undefined && { record: record.trim() }),
      settings,
    },
  };
}

/**
 * Where a file is needed, an address without anything to play is no camera that may come back.
 * @throws SourceError with the reason
 */
export function refuseUnplayable(found: readonly Found[]): void {
  const nothing = found.find(({ content }) => content?.isPlayable === false);
  if (nothing === undefined) return;
  const { id } = nothing.config;
  throw new SourceError(`${id} gives no video: ${nothing.content!.found}; check the address`, {
    code: 'NOWCAST_SOURCE_ADDRESS',
    keys: [`cameras.${id}.source`],
  });
}

/** The texts of a run's sources: those of the command line, with cameras by their names, or else of the file. */
export function sourceTexts({ cameras = {} }: Settings, named: readonly string[]): readonly string[] {
  if (named.length > 0)
    return named.map((text) => (Object.hasOwn(cameras, text) ? rolesOf(cameras[text]).detect : text));
  return Object.values(cameras)
    .filter(({ enabled }) => enabled !== false)
    .map((camera) => rolesOf(camera).detect);
}

/** A word that is neither a camera of the file nor anything here is a mistyped name. */
function refuseUnknownName(text: string, names: readonly string[], { sources }: Parts): void {
  if (names.length === 0 || !SECTION_NAME.test(text)) return;
  if (recogniseSource(text, sources).kind !== undefined || whatIsAt(resolve(text)) !== 'nothing') return;
  throw new UsageError(
    `"${text}" is no camera of the config${didYouMean(text, names)} (it has ${names.join(', ')}), and there is no such file or folder`,
  );
}

/** A note for each word that is a camera of the file and something else as well. The camera runs. */
export function nameClashes({ cameras = {} }: Settings, named: readonly string[], { sources }: Parts): string[] {
  return named
    .filter((text) => Object.hasOwn(cameras, text))
    .flatMap((text) => {
      const what = whatIsAt(resolve(text));
      const isDevice = recogniseSource(text, sources).kind !== undefined;
      if (what === 'nothing' && !isDevice) return [];
      const other = what === 'nothing' ? 'a device' : `a ${what} here`;
      const remedy = what === 'nothing' ? `/dev/video${text} is the device` : `./${text} is the ${what}`;
      return [`"${text}" is a camera of the config and also ${other}; the camera runs, and ${remedy}`];
    });
}
