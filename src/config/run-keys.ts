import { NMS_MODES, PROVIDERS } from '../core/detector.js';
import { InternalError, UsageError } from '../core/errors.js';
import type { Key, Keys, SettingsOf } from '../core/keys.js';
import { findNamed, formsOf, type NamedKind } from '../core/named-kind.js';
import { PACES } from '../core/pace.js';
import type { SinkKind } from '../core/sink-kind.js';
import { DEFAULT_TRACK_LIFE } from '../core/track-life.js';
import type { SourceKind } from '../core/source-kind.js';
import { DURATION_FORMS } from './durations.js';
import { recogniseSource, sourceForms } from './sources.js';

/** The registries whose entries a run can use. */
export type Parts = {
  readonly sources: readonly SourceKind[];
  readonly sinks: readonly SinkKind[];
  /** With the one fact of a schedule that the configuration's checks need. */
  readonly policies: readonly NamedKind<{ readonly keepsAll?: true }>[];
  /** With the fact whether a forecaster takes the keys of tracks. */
  readonly forecasters: readonly NamedKind<{ readonly keepsTrackLife?: true }>[];
};

export const modelKeys = {
  path: {
    type: 'file-or-name',
    flag: '--model <file-or-name>',
    description:
      'The detector: an ONNX file of YOLOX or of a detection transformer, or a name from `nowcast models list`.',
    allowed: 'a file or the name of a model',
    default: 'nowcast-nano',
  },
  labels: {
    type: 'file-or-name',
    flag: '--labels <name-or-file>',
    description: 'Class names of the model.',
    defaultRule: "the model file's names, else a list with the same number of classes",
    allowed: 'coco, argoverse-hd, or a text file with one name a line',
  },
  provider: {
    type: 'choice',
    values: PROVIDERS,
    flag: '--provider <name>',
    description: 'Execution provider; `auto` measures all that load and takes the fastest.',
    default: 'auto',
  },
  threads: {
    type: 'number',
    isInteger: true,
    min: 1,
    flag: '--threads <n>',
    description: 'Threads of one inference on the CPU.',
    defaultRule: 'by the number of cores',
  },
  preprocess: {
    type: 'text',
    flag: '--preprocess <name>',
    description:
      'Preprocessing, for model files that do not state it: `legacy` for YOLOX before 0.1.1 and for ByteTrack, `rgb`, `unit` (RGB, 0 to 1) or `bgr-unit` for other networks with the outputs of YOLOX, `imagenet` or `unit` for detection transformers.',
    allowed: "a preprocessing of the model's family, such as legacy",
    defaultRule: "the usual one of the model's family",
  },
  trusted: {
    type: 'boolean',
    flag: '--trust-model',
    description:
      'Take the outputs of the network as its graph shows them, instead of trying it on test pictures first.',
    default: false,
  },
  input: {
    type: 'text',
    pattern: '^[1-9]\\d*x[1-9]\\d*$',
    flag: '--input <WxH>',
    description: 'Input size in pixels, for a model that leaves it open.',
    allowed: 'WIDTHxHEIGHT in multiples of 32, such as 640x384',
  },
} as const satisfies Keys;

const detectorsKeys = {
  count: {
    type: 'number',
    isInteger: true,
    min: 1,
    formerly: 'model.hosts',
    description: 'Number of detector processes that run side by side, and share the cameras.',
    default: 1,
  },
} as const satisfies Keys;

const detectKeys = {
  conf: {
    type: 'number',
    min: 0,
    max: 1,
    flag: '--conf <score>',
    description: 'Lowest score of a detection to keep.',
    default: 0.25,
  },
  nms: {
    type: 'number',
    min: 0,
    max: 1,
    flag: '--nms <iou>',
    description: 'IoU above which NMS removes the lower-scored of two boxes.',
    default: 0.45,
  },
  nms_mode: {
    type: 'choice',
    values: NMS_MODES,
    flag: '--nms-mode <mode>',
    description: 'NMS within each class (`per-class`), or between all boxes (`agnostic`).',
    default: 'per-class',
  },
  classes: {
    type: 'list',
    flag: '--classes <list>',
    description: 'Classes to keep.',
    allowed: 'a list of class names or ids, such as person,car',
    defaultRule: 'all',
  },
  schedule: {
    type: 'text',
    flag: '--schedule <name>',
    description: 'The rule that picks the next frame to detect on; `every` needs files.',
    default: 'idle-free',
  },
  budget: {
    type: 'either',
    of: [
      { type: 'choice', values: ['none'], description: '' },
      { type: 'duration', description: '' },
    ],
    flag: '--budget <duration>',
    description:
      'Latency budget: frames that would be older than this when their result comes out are dropped. If no frame can meet it, the newest runs anyway and is marked as over budget. With `every`: none.',
    allowed: `none or ${DURATION_FORMS}`,
    default: '100ms',
  },
  track: {
    type: 'boolean',
    flag: '--track',
    description: 'Give each object an id that lasts from frame to frame.',
    default: false,
  },
  min_consecutive_frames: {
    type: 'number',
    isInteger: true,
    min: 1,
    flag: '--min-consecutive-frames <n>',
    description:
      'Number of percepts in a row that must show an object before it gets an id; one with a very high score gets its id at once.',
    default: DEFAULT_TRACK_LIFE.minConsecutiveFrames,
  },
  min_track_score: {
    type: 'number',
    min: 0,
    max: 1,
    flag: '--min-track-score <score>',
    description: 'Average score in these percepts from which an object gets an id.',
    default: DEFAULT_TRACK_LIFE.minTrackScore,
  },
  lost_track: {
    type: 'duration',
    flag: '--lost-track <duration>',
    description: 'An object that comes back within this time keeps its id.',
    default: `${DEFAULT_TRACK_LIFE.lostTrackMs / 1000}s`,
  },
  forecast: {
    type: 'text',
    flag: '--forecast <name>',
    description: 'Forecaster that moves boxes to the present; turns tracking on.',
    default: 'none',
  },
} as const satisfies Keys;

/** Keys of `detect` that hold for the detector itself, and so for all cameras. */
const DETECTOR_WIDE = ['nms', 'nms_mode'] as const;

/** Keys of `detect` that a camera may have of its own. */
type OwnDetectKeys = Omit<typeof detectKeys, (typeof DETECTOR_WIDE)[number]>;

const cameraOnlyDetectKeys = {
  model: {
    type: 'file-or-name',
    description:
      'The detector of this camera, over `model.path`. The cameras of one `nowcast run` share one detector, so all that it runs must name the same.',
    allowed: modelKeys.path.allowed,
    defaultRule: '`model.path`',
  },
  priority: {
    type: 'number',
    above: 0,
    max: 1000,
    description:
      'Share of a busy detector: a camera of priority 2 is looked at twice as often as one of priority 1, as far as its schedule asks for it.',
    default: 1,
  },
} as const satisfies Keys;

/** The keys of a camera's own `detect`: those of the file's that are not detector-wide, without flags and defaults. */
function ownDetectKeys<K extends Keys>(keys: K): Omit<K, (typeof DETECTOR_WIDE)[number]> & typeof cameraOnlyDetectKeys {
  const shared = Object.entries(keys)
    .filter(([name]) => !DETECTOR_WIDE.some((wide) => wide === name))
    .map(([name, { flag: _flag, default: _default, defaultRule: _rule, ...key }]): [string, Key] => [
      name,
      { ...key, defaultRule: `\`detect.${name}\`` },
    ]);
  const { model, priority } = cameraOnlyDetectKeys;
  return { model, ...Object.fromEntries(shared), priority } as Omit<K, (typeof DETECTOR_WIDE)[number]> &
    typeof cameraOnlyDetectKeys;
}

const cameraKeys = {
  source: { type: 'text', required: true, isNumberToo: true, description: 'Source of the stream.' },
  enabled: { type: 'boolean', description: 'Run this camera.', default: true },
  detect: {
    type: 'section',
    description: 'Choice of frames and results of this camera, over the `detect` of the file.',
    keys: ownDetectKeys(detectKeys),
  },
} as const satisfies Keys;

const endKeys = {
  pace: {
    type: 'choice',
    values: PACES,
    flag: '--pace <source|max>',
    description: 'Play files in real time (`source`), or read them as fast as possible (`max`).',
    default: 'source',
  },
  max_frames: {
    type: 'number',
    isInteger: true,
    min: 1,
    flag: '--max-frames <n>',
    description: 'End the run after this many received frames.',
    defaultRule: 'no limit',
  },
  duration: {
    type: 'duration',
    flag: '--duration <duration>',
    description: 'End the run after this time.',
    defaultRule: 'no limit',
  },
  wait: {
    type: 'boolean',
    flag: '--wait',
    description:
      'Wait for a camera that is not up yet and try it until it answers. Without it, a run of one camera ends; a run of several waits in any case.',
    default: false,
  },
  strict: {
    type: 'boolean',
    flag: '--strict',
    description:
      'Exit with 1 if anything is lost: a damaged frame, a picture that cannot be read, a frame that the detector lost.',
    default: false,
  },
} as const satisfies Keys;

/** The defaults of a detector, for callers that open one without a configuration. */
export const DETECTOR_DEFAULTS = {
  model: modelKeys.path.default,
  provider: modelKeys.provider.default,
  conf: detectKeys.conf.default,
  nms: detectKeys.nms.default,
  nmsMode: detectKeys.nms_mode.default,
} as const;

/** A camera's own `detect`. */
export type OwnDetectSettings = SettingsOf<OwnDetectKeys & typeof cameraOnlyDetectKeys>;

/** The keys that every camera has, and those of its kind. */
export type CameraSettings = SettingsOf<typeof cameraKeys> & { readonly [key: string]: unknown };

/** The checked keys of a file or of a run's flags, named as in the file; no default is filled in. */
export type Settings = SettingsOf<typeof endKeys> & {
  readonly cameras?: Readonly<Record<string, CameraSettings>> | undefined;
  readonly model?: SettingsOf<typeof modelKeys> | undefined;
  readonly detectors?: SettingsOf<typeof detectorsKeys> | undefined;
  readonly detect?: SettingsOf<typeof detectKeys> | undefined;
  /** Of flags: for every source that has these keys, over what stands in its section. */
  readonly sources?: Readonly<Record<string, unknown>> | undefined;
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
        source: {
          ...cameraKeys.source,
          allowed: sourceForms(sources),
          check: (text: string) => recogniseSource(text, sources),
        },
        enabled: cameraKeys.enabled,
        detect: { ...cameraKeys.detect, keys: ownDetectKeys(detect) },
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
    ...sinkSections(parts.sinks),
    ...endKeys,
  } satisfies Keys;
}

/** The keys that flags may set: those of a run, and as `sources` the keys of sources that have a flag. */
export function flagKeys(parts: Parts) {
  const flagged = Object.entries(merged(parts.sources)).filter(([, { flag }]) => flag !== undefined);
  return {
    ...runKeys(parts),
    sources: { type: 'section', keys: Object.fromEntries(flagged), description: 'Keys of every source that has them.' },
  } satisfies Keys;
}

/**
 * Keys of a camera that only sources of another kind have, each with the reason. A path may be of every kind that takes
 * paths, until the disk is looked at.
 */
function misplacedKeys(camera: CameraSettings, sources: readonly SourceKind[]): Readonly<Record<string, string>> {
  const { kind } = recogniseSource(camera.source, sources);
  const possible = kind === undefined ? sources.filter((one) => one.takesPath !== undefined) : [kind];
  return foreignKeys(camera, possible, kind?.is ?? 'a file or folder', sources);
}

/**
 * Keys that none of these kinds has, each with the reason.
 * @param is completes "this source is …"
 */
export function foreignKeys(
  camera: CameraSettings,
  kinds: readonly SourceKind[],
  is: string,
  sources: readonly SourceKind[],
): Readonly<Record<string, string>> {
  const foreign = Object.keys(camera).filter(
    (name) => !Object.hasOwn(cameraKeys, name) && !kinds.some(({ keys }) => Object.hasOwn(keys, name)),
  );
  return Object.fromEntries(
    foreign.map((name) => [
      name,
      `only ${ownersOf(name, sources)} has this key, and this source is ${is}; remove the key`,
    ]),
  );
}

/** The kinds of source that have a key: `a pipe or a video file`. */
export function ownersOf(name: string, sources: readonly SourceKind[]): string {
  const owners = sources.filter(({ keys }) => Object.hasOwn(keys, name)).map(({ is }) => is.replace(/,.*/, ''));
  return owners.length < 2 ? owners.join() : `${owners.slice(0, -1).join(', ')} or ${owners.at(-1)}`;
}

const NONE: NamedKind<unknown> = {
  form: 'none',
  description: 'Boxes stay where they were seen.',
  examples: ['none'],
  parse: (text) => (text === 'none' ? text : undefined),
};

/** A key that names an entry of a registry. Editors can complete it if every entry's form is a fixed word. */
function oneOfKinds(
  what: string,
  kinds: readonly NamedKind<unknown>[],
): Pick<Key, 'allowed'> &
  ({ type: 'choice'; values: readonly string[] } | Pick<Extract<Key, { type: 'text' }>, 'type' | 'check' | 'anchor'>) {
  if (kinds.every((kind) => kind.parse(kind.form) !== undefined))
    return { type: 'choice', values: kinds.map(({ form }) => form) };
  const check = (name: string): void => {
    if (findNamed(kinds, name) === undefined)
      throw new UsageError(`${what} "${name}" is unknown; choose one of ${formsOf(kinds)}`);
  };
  const anchor = (name: string, folder: string): string =>
    kinds.map((kind) => kind.anchor?.(name, folder)).find((anchored) => anchored !== undefined) ?? name;
  return { type: 'text', allowed: `one of ${formsOf(kinds)}`, check, anchor };
}

/** The sections of the sinks, in the order of their first mention. */
export function sinkSections(sinks: readonly SinkKind[]): Keys {
  const sections: Record<string, Extract<Key, { type: 'section' }>> = {};
  for (const {
    section: { name, description },
    keys,
  } of sinks) {
    sections[name] = {
      type: 'section',
      description,
      keys: merged([{ keys: (sections[name] as Extract<Key, { type: 'section' }> | undefined)?.keys ?? {} }, { keys }]),
    };
  }
  return sections;
}

function merged(kinds: readonly { readonly keys: Keys }[]): Keys {
  const all: Record<string, Key> = {};
  for (const { keys } of kinds) {
    for (const [name, key] of Object.entries(keys)) {
      if (name in cameraKeys || (name in all && all[name] !== key))
        throw new InternalError(`two parts bring a key ${name} to the same section`);
      all[name] = key;
    }
  }
  return all;
}
