import type { Key, Keys, SettingsOf } from '../../core/keys.js';
import { FILTER_RULES, LINE_DEFAULTS, SCENE_DEFAULTS, ZONE_DEFAULTS } from '../../core/scene-rules.js';
import { DURATION_FORMS } from '../durations.js';

const AREA = {
  type: 'points',
  isClosed: true,
  required: true,
  description: 'Corners in their order around the area, as fractions of the picture; 0,0 is the upper left corner.',
} as const satisfies Key;

const CLASSES = {
  type: 'list',
  description: 'Classes that count.',
  allowed: 'a list of class names or ids, such as person,car',
  defaultRule: 'all',
} as const satisfies Key;

function timeOrNone<const D extends string>(description: string, preset: D) {
  return {
    type: 'either',
    of: [
      { type: 'choice', values: ['none'], description: '' },
      { type: 'duration', description: '' },
    ],
    description,
    allowed: `none or ${DURATION_FORMS}`,
    default: preset,
  } as const satisfies Key;
}

const zoneKeys = {
  points: AREA,
  classes: CLASSES,
  enter: timeOrNone(
    'An object enters once its lower edge has had its middle inside for this long.',
    `${ZONE_DEFAULTS.enterMs}ms`,
  ),
  leave: timeOrNone('An object leaves once it was outside for this long.', `${ZONE_DEFAULTS.leaveMs}ms`),
  dwell: timeOrNone('An object counts in the zone once it has been in for this long.', 'none'),
} as const satisfies Keys;

const lineKeys = {
  points: {
    type: 'points',
    isClosed: false,
    required: true,
    description: 'Points along the line, as fractions of the picture.',
  },
  classes: CLASSES,
  min_distance: {
    type: 'number',
    min: 0,
    max: 1,
    description: "An object is on a side once it was this far from the line, as a fraction of the picture's diagonal.",
    default: LINE_DEFAULTS.minDistance,
  },
  min_time: timeOrNone(
    'It is so too, however close, once it has been on one side for this long.',
    `${LINE_DEFAULTS.minMs / 1000}s`,
  ),
  to_left: {
    type: 'text',
    description: "The direction towards the line's left, as one looks from its first point to its last.",
    default: LINE_DEFAULTS.toLeft,
  },
  to_right: { type: 'text', description: 'The direction towards its right.', default: LINE_DEFAULTS.toRight },
} as const satisfies Keys;

const maskKeys = {
  points: AREA,
  classes: { ...CLASSES, description: 'Classes that are ignored in it.' },
} as const satisfies Keys;

export const filterKeys = {
  min_score: { type: 'number', ...FILTER_RULES.minScore, description: 'A detection below this score is not seen.' },
  threshold: {
    type: 'number',
    ...FILTER_RULES.threshold,
    description: 'A track becomes an object once the median of its last ten scores is this high, and stays one.',
  },
  min_area: {
    type: 'number',
    ...FILTER_RULES.minArea,
    description: 'Least area of a box, as a fraction of the picture.',
  },
  max_area: {
    type: 'number',
    ...FILTER_RULES.maxArea,
    description: 'Greatest area of a box, as a fraction of the picture.',
  },
  min_ratio: { type: 'number', ...FILTER_RULES.minRatio, description: 'Least width of a box over its height.' },
  max_ratio: { type: 'number', ...FILTER_RULES.maxRatio, description: 'Greatest width of a box over its height.' },
} as const satisfies Keys;

/** The keys of one picture's scene: those of a file of `--zones`, and of a camera. */
export const SCENE_KEYS = {
  zones: { type: 'sections', nameOf: 'zone', of: zoneKeys, description: 'Areas whose objects are counted, by name.' },
  lines: {
    type: 'sections',
    nameOf: 'line',
    of: lineKeys,
    description: 'Lines that count the objects which cross them, by name.',
  },
  masks: { type: 'sections', nameOf: 'mask', of: maskKeys, description: 'Areas whose objects are ignored, by name.' },
  objects: {
    type: 'section',
    description: 'The detections and tracks that are objects.',
    keys: {
      ...filterKeys,
      stationary: {
        type: 'duration',
        description: 'An object whose box stays for this long is stationary.',
        default: `${SCENE_DEFAULTS.stationaryMs / 1000}s`,
      },
      per_class: {
        type: 'sections',
        nameOf: 'class',
        hasAnyNames: true,
        of: filterKeys,
        description: 'Values of single classes, over those of all.',
      },
    },
  },
} as const satisfies Keys;

export type SceneSettings = SettingsOf<typeof SCENE_KEYS>;
