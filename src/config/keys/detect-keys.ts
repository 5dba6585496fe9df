import { NMS_MODES } from '../../core/detector.js';
import type { Key, Keys, SettingsOf } from '../../core/keys.js';
import { DEFAULT_TRACK_LIFE } from '../../core/track-life.js';
import { DURATION_FORMS } from '../durations.js';
import { modelKeys } from './model-keys.js';

/** The keys of `detect`, the registries' entries left out. */
export const detectKeys = {
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
  enabled: {
    type: 'boolean',
    description: 'Give the frames of this camera to the detector. `nowcast serve` can switch this at run time.',
    default: true,
  },
  model: {
    type: 'file-or-name',
    description:
      'The detector of this camera, over `model.path`. `nowcast serve` runs several; the cameras of one `nowcast run` share one, so all that it runs must name the same.',
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
export function ownDetectKeys<K extends Keys>(
  keys: K,
): Omit<K, (typeof DETECTOR_WIDE)[number]> & typeof cameraOnlyDetectKeys {
  const shared = Object.entries(keys)
    .filter(([name]) => !DETECTOR_WIDE.some((wide) => wide === name))
    .map(([name, { flag: _flag, default: _default, defaultRule: _rule, ...key }]): [string, Key] => [
      name,
      { ...key, defaultRule: `\`detect.${name}\`` },
    ]);
  const { enabled, model, priority } = cameraOnlyDetectKeys;
  return { enabled, model, ...Object.fromEntries(shared), priority } as Omit<K, (typeof DETECTOR_WIDE)[number]> &
    typeof cameraOnlyDetectKeys;
}

/** A camera's own `detect`. */
export type OwnDetectSettings = SettingsOf<OwnDetectKeys & typeof cameraOnlyDetectKeys>;
