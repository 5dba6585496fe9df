import { basename } from 'node:path';
import { FORECASTS, isForecast } from '../../app/evaluate/forecaster.js';
import type { ReportRequest } from '../../app/evaluate/report.js';
import { TIMED_SCHEDULES } from '../../app/evaluate/timed-policy.js';
import { numberFlag, parsedFlag, requiredFlag, switchFlag, textFlag, type RawFlags } from '../flags.js';

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

function listOf(text: string): readonly string[] | undefined {
  const list = text.split(',').map((name) => name.trim());
  return list.includes('') ? undefined : list;
}

function pairsOf(text: string): readonly (readonly [string, string])[] | undefined {
  const pairs = listOf(text)?.map((pair) => pair.split('=').map((name) => name.trim()));
  const isPair = (pair: readonly string[]): boolean => pair.length === 2 && !pair.includes('');
  return pairs?.every(isPair) === true ? (pairs as [string, string][]) : undefined;
}

/**
 * The report of `--report`. It lists flags as given, and files by their base name.
 * @param names in the order of the list
 */
export function reportRequest(
  path: string | undefined,
  raw: RawFlags,
  names: readonly string[],
): ReportRequest | undefined {
  if (path === undefined) return undefined;
  const facts = names.flatMap((name): [string, string][] => {
    const value = raw[name];
    return typeof value === 'string'
      ? [[name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`), basename(value)]]
      : [];
  });
  return { path, facts };
}
