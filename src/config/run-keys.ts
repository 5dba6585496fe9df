import type { Key, Keys, SettingsOf } from '../core/keys.js';
import type { NamedKind } from '../core/named-kind.js';
import type { SinkKind } from '../core/sink-kind.js';
import type { SourceKind } from '../core/source-kind.js';
import { cameraKeys, misplacedKeys, type CameraSettings } from './keys/camera-keys.js';
import { clipsKeys, recordKeys } from './keys/clip-keys.js';
import { detectKeys, ownDetectKeys } from './keys/detect-keys.js';
import { endKeys } from './keys/end-keys.js';
import { ffmpegKeys } from './keys/ffmpeg-keys.js';
import { httpKeys } from './keys/http-keys.js';
import { metricsKeys } from './keys/metrics-keys.js';
import { detectorsKeys, modelKeys } from './keys/model-keys.js';
import { SCENE_KEYS, type SceneSettings } from './keys/scene-keys.js';
import { snapshotsKeys } from './keys/snapshot-keys.js';
import { merged, oneOfKinds, sinkSections } from './keys/registry-keys.js';
import { checkCoded, codedForms, recogniseSource, sourceForms } from './sources.js';

/** The registries whose entries a run can use. */
export type Parts = {
  readonly sources: readonly SourceKind[];
  readonly sinks: readonly SinkKind[];
  /** With the one fact of a schedule that the configuration's checks need. */
  readonly policies: readonly NamedKind<{ readonly keepsAll?: true }>[];
  /** With the fact whether a forecaster takes the keys of tracks. */
  readonly forecasters: readonly NamedKind<{ readonly keepsTrackLife?: true }>[];
};

/** The checked keys of a file or of a run's flags, named as in the file; no default is filled in. */
export type Settings = SettingsOf<typeof endKeys> & {
  readonly cameras?: Readonly<Record<string, CameraSettings>> | undefined;
  readonly model?: SettingsOf<typeof modelKeys> | undefined;
  readonly detectors?: SettingsOf<typeof detectorsKeys> | undefined;
  readonly detect?: SettingsOf<typeof detectKeys> | undefined;
  readonly ffmpeg?: SettingsOf<typeof ffmpegKeys> | undefined;
  readonly http?: SettingsOf<typeof httpKeys> | undefined;
  readonly metrics?: SettingsOf<typeof metricsKeys> | undefined;
  readonly snapshots?: SettingsOf<typeof snapshotsKeys> | undefined;
  readonly clips?: SettingsOf<typeof clipsKeys> | undefined;
  readonly record?: SettingsOf<typeof recordKeys> | undefined;
  /** Of flags: for every source that has these keys, over what stands in its section. */
  readonly sources?: Readonly<Record<string, unknown>> | undefined;
  /** Of the file that a flag names: the scene of the run's one source. */
  readonly scene?: SceneSettings | undefined;
  /** The sections of the sinks. */
  readonly [section: string]: unknown;
};

/** Every key of a run's configuration: the run's own, and those of the registered parts. */
export function runKeys(parts: Parts) {
  const { sources, policies, forecasters } = parts;
  const detect = {
    ...detectKeys,
    schedule: { ...detectKeys.schedule, ...oneOfKinds('schedule', policies) },
    forecast: { ...detectKeys.forecast, ...oneOfKinds('forecaster', [NONE, ...forecasters]) },
  };
  return {
    cameras: {
      type: 'sections',
      nameOf: 'camera',
      description: 'Sources by name. Sources on the command line replace all of them.',
      allowed: 'a section with one key a camera; names are letters, digits, - and _',
      of: {
        source: sourceKey(sources),
        enabled: cameraKeys.enabled,
        detect: { ...cameraKeys.detect, keys: ownDetectKeys(detect) },
        ...SCENE_KEYS,
        snapshots: cameraKeys.snapshots,
        ...merged(sources),
      },
      misplaced: (camera) => misplacedKeys(camera as CameraSettings, sources),
    },
    model: { type: 'section', keys: modelKeys, description: 'The detector.' },
    detectors: { type: 'section', keys: detectorsKeys, description: 'The processes of the detector.' },
    detect: {
      type: 'section',
      description: 'Choice of frames, and of results to keep.',
      keys: detect,
    },
    ffmpeg: { type: 'section', keys: ffmpegKeys, description: 'The processes of ffmpeg.' },
    http: { type: 'section', keys: httpKeys, description: 'The server of `nowcast serve`.' },
    metrics: { type: 'section', keys: metricsKeys, description: 'The numbers of `nowcast serve` for Prometheus.' },
    snapshots: {
      type: 'section',
      keys: snapshotsKeys,
      description: 'Pictures of objects that `nowcast serve` takes: the best view of each.',
    },
    clips: {
      type: 'section',
      keys: clipsKeys,
      description: 'Videos of objects that `nowcast serve` keeps; without this section, none.',
    },
    record: {
      type: 'section',
      keys: recordKeys,
      description: 'Videos of all that cameras send, which `nowcast serve` keeps; without this section, none.',
    },
    ...sinkSections(parts.sinks),
    ...endKeys,
  } satisfies Keys;
}

/** The source of a camera, with the forms that the registry knows. */
function sourceKey(sources: readonly SourceKind[]) {
  const [text, section] = cameraKeys.source.of;
  const { detect, record } = section.keys;
  const facts = { allowed: sourceForms(sources), check: (written: string) => recogniseSource(written, sources) };
  return {
    ...cameraKeys.source,
    allowed: `${facts.allowed}; or a section with the keys detect and record`,
    of: [
      { ...text, ...facts },
      {
        ...section,
        keys: {
          detect: { ...detect, ...facts },
          record: {
            ...record,
            allowed: codedForms(sources),
            check: (written: string) => checkCoded(written, sources),
          },
        },
      },
    ],
  } as const satisfies Key;
}

/** The keys that flags may set: those of a run, and as `sources` the keys of sources that have a flag. */
export function flagKeys(parts: Parts) {
  const flagged = Object.entries(merged(parts.sources)).filter(([, { flag }]) => flag !== undefined);
  return {
    ...runKeys(parts),
    sources: { type: 'section', keys: Object.fromEntries(flagged), description: 'Keys of every source that has them.' },
  } satisfies Keys;
}

const NONE: NamedKind<unknown> = {
  form: 'none',
  description: 'Boxes stay where they were seen.',
  examples: ['none'],
  parse: (text) => (text === 'none' ? text : undefined),
};
