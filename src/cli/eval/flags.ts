import { DEFAULT_FPS } from '../../app/evaluate/inputs.js';
import { FORECASTS, isForecast } from '../../app/evaluate/forecaster.js';
import { DEFAULT_CONFUSION, DEFAULT_LIMITS, type DetectionLimits, type Scoring } from '../../app/evaluate/scoring.js';
import { TIMED_SCHEDULES } from '../../app/evaluate/timed-policy.js';
import { readNumber } from '../../core/number-rule.js';
import { numberFlag, parsedFlag, requiredFlag, switchFlag, textFlag } from '../flags.js';

/** The page of all sub-commands. */
export const DOCUMENTATION = 'evaluation.md';

/** Flags by topic, the same in every sub-command of `eval`. */
export const ANNOTATIONS = {
  annotations: requiredFlag(
    '--annotations <file.json>',
    'ground truth in Argoverse-HD or COCO format; streaming AP takes the images of a plain COCO file as the frames of one video',
  ),
};
/** Which classes are scored. */
export const CLASSES = {
  classes: parsedFlag('--classes <list>', 'score only these classes of the annotations', {
    allowed: 'names or ids, such as person,car',
    parse: (text) => listOf(text),
    preset: undefined,
    presetText: 'all',
  }),
};
/** The same where the detections come from a model, whose classes have names of their own. */
export const MODEL_CLASSES = {
  ...CLASSES,
  map: parsedFlag('--map <list>', "the model's names of classes of the annotations", {
    allowed: 'pairs of a class of the annotations and one of the model, such as pedestrian=person,motorbike=motorcycle',
    parse: (text) => pairsOf(text),
    preset: undefined,
    presetText: 'the same names',
  }),
};
export const STRICT = {
  isStrict: switchFlag(
    '--strict',
    'exit with 1 at the first picture that is missing or broken, instead of passing over it',
  ),
};
export const DATA_ROOT = {
  dataRoot: requiredFlag(
    '--data-root <folder-or-video>',
    'the annotated video, or the folder of the pictures (with a sub-folder per sequence if the annotations name one)',
  ),
};
export const SCHEDULE = {
  schedule: textFlag('--schedule <name>', 'which frame to run on, and when', {
    allowed: TIMED_SCHEDULES,
    preset: 'idle-free',
  }),
};
export const ETA = {
  eta: numberFlag(
    '--eta <frames>',
    'score each frame on the newest output from this many frame intervals earlier',
    { min: -1 },
    0,
  ),
};
export const FORECAST = {
  forecast: parsedFlag(
    '--forecast <name>',
    'the forecaster, which moves detections to the frame that they are scored on',
    {
      allowed: `one of ${FORECASTS}`,
      parse: (text) => (isForecast(text) ? text : undefined),
      preset: 'none',
      presetText: 'none',
    },
  ),
};
export const SCORING = {
  maxDets: parsedFlag(
    '--max-dets <n>',
    "the most detections of a class in an image that count, best scores first, as pycocotools' maxDets",
    {
      allowed: `a whole number above ${DEFAULT_LIMITS[1]}, or three ascending ones such as ${DEFAULT_LIMITS.join()}`,
      parse: (text) => limitsOf(text),
      preset: DEFAULT_LIMITS,
      presetText: DEFAULT_LIMITS[2],
    },
  ),
  confusionIou: numberFlag(
    '--confusion-iou <fraction>',
    'overlap at which a detection takes an object in the confusion matrix',
    { above: 0, max: 1 },
    DEFAULT_CONFUSION.iou,
  ),
  confusionScore: numberFlag(
    '--confusion-score <fraction>',
    'lowest score of a detection in the confusion matrix',
    { min: 0, max: 1 },
    DEFAULT_CONFUSION.score,
  ),
};
/** Further tables on the terminal; `--json` and the report hold them always. */
export const TABLES = {
  perClass: switchFlag('--per-class', 'print the scores of each class'),
  confusion: switchFlag('--confusion', 'print the confusion matrix'),
};
export const WORKERS = {
  workers: parsedFlag('--workers <n|infinite>', 'number of detectors that run in parallel', {
    allowed: 'a whole number of 1 or more, or infinite',
    preset: 1,
    presetText: 1,
    parse: (text) => (text === 'infinite' ? text : readNumber(text, { min: 1, isInteger: true })),
  }),
};
/** Draws what streaming accuracy sees. */
export const SAVE = {
  save: textFlag(
    '--save <folder-or-file.mp4>',
    'draw each frame with its objects and the boxes that were current at its time: a JPEG a frame, or an MP4',
  ),
};
/** The same where every frame has boxes of its own. */
export const SAVE_OWN = {
  save: textFlag(
    '--save <folder-or-file.mp4>',
    `draw each picture with its objects and its boxes: a JPEG each, or an MP4 of ${DEFAULT_FPS} a second`,
  ),
};
export const SAVE_DATA_ROOT = {
  dataRoot: textFlag(
    '--data-root <folder-or-video>',
    'the folder of the annotated pictures, or the annotated video, for --save',
  ),
};
export const OUTPUTS = {
  report: textFlag('--report <file.html>', 'write an HTML report'),
  minSap: numberFlag(
    '--min-sap <fraction>',
    'fail with exit code 1 if AP is lower',
    { min: 0, max: 1 },
    undefined,
    'no minimum',
  ),
};

/** The frame rate of sAP is the default for files that state none. */
export const fpsFlag = <P extends number | undefined>(preset: P, presetText?: string) =>
  numberFlag('--fps <rate>', 'frames per second', { above: 0 }, preset, presetText);

/** Texts with commas between; undefined if one is empty. */
export function listOf(text: string): readonly string[] | undefined {
  const list = text.split(',').map((name) => name.trim());
  return list.includes('') ? undefined : list;
}

function pairsOf(text: string): readonly (readonly [string, string])[] | undefined {
  const pairs = listOf(text)?.map((pair) => pair.split('=').map((name) => name.trim()));
  const isPair = (pair: readonly string[]): boolean => pair.length === 2 && !pair.includes('');
  return pairs?.every(isPair) === true ? (pairs as [string, string][]) : undefined;
}

/** Collects the flags of {@link SCORING}. */
export function scoringOf<T extends ScoringFlags>({
  confusionIou: iou,
  confusionScore: score,
  ...others
}: T): Omit<T, 'confusionIou' | 'confusionScore'> & Scoring {
  return { ...others, confusion: { iou, score } };
}

type ScoringFlags = Pick<Scoring, 'maxDets'> & { readonly confusionIou: number; readonly confusionScore: number };

function limitsOf(text: string): DetectionLimits | undefined {
  const numbers = text.split(',').map((part) => readNumber(part.trim(), { min: 1, isInteger: true }));
  const [least, middle] = DEFAULT_LIMITS;
  const limits = numbers.length === 1 ? [least, middle, numbers[0]] : numbers;
  const isAscending = limits.every((limit, i) => limit !== undefined && (i === 0 || limit > (limits[i - 1] ?? 0)));
  return limits.length === 3 && isAscending ? (limits as unknown as DetectionLimits) : undefined;
}
