import { NMS_MODES, PROVIDERS } from '../core/detector.js';
import { InternalError, UsageError } from '../core/errors.js';
import type { Key, Keys, SettingsOf } from '../core/keys.js';
import { findNamed, formsOf, type NamedKind } from '../core/named-kind.js';
import { PACES } from '../core/pace.js';
import type { SinkKind } from '../core/sink-kind.js';
import type { SourceKind } from '../core/source-kind.js';
import { DURATION_FORMS } from './durations.js';
import { recogniseSource, sourceForms } from './sources.js';

/** The registries that a run is configured from. */
export type Parts = {
  readonly sources: readonly SourceKind[];
  readonly sinks: readonly SinkKind[];
  /** With the one fact of a schedule that a configuration is checked by. */
  readonly policies: readonly NamedKind<{ readonly keepsAll?: true }>[];
  readonly forecasters: readonly NamedKind<unknown>[];
};

export const modelKeys = {
  path: {
    type: 'file-or-name',
    flag: '--model <file-or-name>',
    description:
      'The detector: an ONNX file of YOLOX or of a detection transformer, or a name of `nowcast models list`.',
    allowed: 'a file or the name of a model',
    default: 'nowcast-nano',
  },
  labels: {
    type: 'file-or-name',
    flag: '--labels <name-or-file>',
    description: 'The names of its classes; chosen by their number where absent.',
    allowed: 'coco, argoverse-hd, or a text file with one name a line',
  },
  provider: {
    type: 'choice',
    values: PROVIDERS,
    flag: '--provider <name>',
    description: 'What computes; `auto` measures those that load and takes the fastest.',
    default: 'auto',
  },
  threads: {
    type: 'number',
    isInteger: true,
    min: 1,
    flag: '--threads <n>',
    description: 'Threads of one run on the CPU; chosen by the number of cores where absent.',
  },
  hosts: {
    type: 'number',
    isInteger: true,
    min: 1,
    description: 'Detectors, each a process of its own, that work side by side.',
    default: 1,
  },
  preprocess: {
    type: 'text',
    flag: '--preprocess <name>',
    description:
      "How pictures are prepared, if the file does not tell: `legacy` for YOLOX before 0.1.1 and ByteTrack, `imagenet` or `unit` for transformers; the usual one of the model's family where absent.",
    allowed: "a preprocessing of the model's family, such as legacy",
  },
  input: {
    type: 'text',
    pattern: '^[1-9]\\d*x[1-9]\\d*$',
    flag: '--input <WxH>',
    description: 'Width and height of the input in pixels, for a model that leaves them open.',
    allowed: 'WIDTHxHEIGHT in multiples of 32, such as 640x384',
  },
} as const satisfies Keys;

const detectKeys = {
  conf: {
    type: 'number',
    min: 0,
    max: 1,
    flag: '--conf <score>',
    description: 'Detections with a lower score are left out.',
    default: 0.25,
  },
  nms: {
    type: 'number',
    min: 0,
    max: 1,
    flag: '--nms <iou>',
    description: 'Of two boxes whose IoU is above this, the better one stays.',
    default: 0.45,
  },
  nms_mode: {
    type: 'choice',
    values: NMS_MODES,
    flag: '--nms-mode <mode>',
    description: 'Whether boxes of different classes suppress each other (`agnostic`).',
    default: 'per-class',
  },
  classes: {
    type: 'list',
    flag: '--classes <list>',
    description: 'The classes to keep, by name or id; all where absent.',
    allowed: 'a list of class names or ids, such as person,car',
  },
  schedule: {
    type: 'text',
    flag: '--schedule <name>',
    description: 'Which frame to run on, and when.',
    default: 'idle-free',
  },
  budget: {
    type: 'either',
    of: [
      { type: 'choice', values: ['none'], description: '' },
      { type: 'duration', description: '' },
    ],
    flag: '--budget <duration>',
    description: 'The oldest a frame may be when its result comes out.',
    allowed: `none or ${DURATION_FORMS}`,
    default: '100ms',
  },
  track: {
    type: 'boolean',
    flag: '--track',
    description: 'Whether objects keep an id from frame to frame.',
    default: false,
  },
  forecast: {
    type: 'text',
    flag: '--forecast <name>',
    description: 'What carries boxes forward to the present; it needs tracking and turns it on.',
    default: 'none',
  },
} as const satisfies Keys;

const cameraKeys = {
  source: { type: 'text', required: true, isNumberToo: true, description: 'Where the pictures come from.' },
  enabled: { type: 'boolean', description: 'Whether to run it.', default: true },
} as const satisfies Keys;

const endKeys = {
  pace: {
    type: 'choice',
    values: PACES,
    flag: '--pace <source|max>',
    description: 'Whether files are played by the clock (`source`) or as fast as they can be read (`max`).',
    default: 'source',
  },
  max_frames: {
    type: 'number',
    isInteger: true,
    min: 1,
    flag: '--max-frames <n>',
    description: 'The run ends after this many frames were received.',
  },
  duration: { type: 'duration', flag: '--duration <duration>', description: 'The run ends after this long.' },
} as const satisfies Keys;

/** Where neither the file nor a flag says otherwise, for those who open a detector without a configuration. */
export const DETECTOR_DEFAULTS = {
  model: modelKeys.path.default,
  provider: modelKeys.provider.default,
  conf: detectKeys.conf.default,
  nms: detectKeys.nms.default,
  nmsMode: detectKeys.nms_mode.default,
} as const;

/** A camera's own keys, and those of its kind. */
export type CameraSettings = SettingsOf<typeof cameraKeys> & { readonly [key: string]: unknown };

/** A file or the flags of a run, checked, under the file's own keys; nothing is filled in. */
export type Settings = SettingsOf<typeof endKeys> & {
  readonly cameras?: Readonly<Record<string, CameraSettings>> | undefined;
  readonly model?: SettingsOf<typeof modelKeys> | undefined;
  readonly detect?: SettingsOf<typeof detectKeys> | undefined;
  /** The sections of the sinks. */
  readonly [section: string]: unknown;
};

/** Every key of a run's configuration: those of the run itself, and those that the parts bring. */
export function runKeys(parts: Parts) {
  const { sources, policies, forecasters } = parts;
  return {
    cameras: {
      type: 'sections',
      nameOf: 'camera',
      description: 'What to run on, by name. Sources on the command line replace all of them.',
      allowed: 'a section with one key a camera; names are letters, digits, - and _',
      of: {
        source: {
          ...cameraKeys.source,
          allowed: sourceForms(sources),
          check: (text: string) => recogniseSource(text, sources),
        },
        enabled: cameraKeys.enabled,
        ...merged(sources),
      },
    },
    model: { type: 'section', keys: modelKeys, description: 'The detector.' },
    detect: {
      type: 'section',
      description: 'Which frames are detected on, and what is kept of the result.',
      keys: {
        ...detectKeys,
        schedule: { ...detectKeys.schedule, ...oneOfKinds('schedule', policies) },
        forecast: { ...detectKeys.forecast, ...oneOfKinds('forecaster', [NONE, ...forecasters]) },
      },
    },
    ...sinkSections(parts.sinks),
    ...endKeys,
  } satisfies Keys;
}

const NONE: NamedKind<unknown> = {
  form: 'none',
  description: 'Boxes stay where they were seen.',
  examples: ['none'],
  parse: (text) => (text === 'none' ? text : undefined),
};

/** A key that names one of several things; editors can complete it where every form is one fixed word. */
function oneOfKinds(
  what: string,
  kinds: readonly NamedKind<unknown>[],
): Pick<Key, 'allowed'> &
  ({ type: 'choice'; values: readonly string[] } | { type: 'text'; check: (text: string) => unknown }) {
  if (kinds.every((kind) => kind.parse(kind.form) !== undefined))
    return { type: 'choice', values: kinds.map(({ form }) => form) };
  const check = (name: string): void => {
    if (findNamed(kinds, name) === undefined)
      throw new UsageError(`${what} "${name}" is unknown; choose one of ${formsOf(kinds)}`);
  };
  return { type: 'text', allowed: `one of ${formsOf(kinds)}`, check };
}

/** The sections that sinks stand in, in the order in which they are first named. */
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
