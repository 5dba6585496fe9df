import { basename } from 'node:path';
import type { Command } from 'commander';
import { factsAt } from '../config/schema.js';
import { NowcastError, UsageError } from '../core/errors.js';
import { findNamed, formsOf } from '../core/named-kind.js';
import { POLICIES, policyByName } from '../scheduling/kinds.js';
import { TRACKERS } from '../track/kinds.js';
import type { TrackerFactory } from '../track/tracker.js';
import type { RunFlagValues } from './run-flags.js';

/** The same as for `run`, and the keys whose descriptions they share. */
const DETECTOR_FLAGS = [
  ['--model <file-or-name>', 'model.path'],
  ['--labels <name-or-file>', 'model.labels'],
  ['--provider <name>', 'model.provider'],
  ['--threads <n>', 'model.threads'],
  ['--input <WxH>', 'model.input'],
  ['--preprocess <name>', 'model.preprocess'],
] as const;

/** Adds flags by what they are about; every sub-command of `eval` spells them alike. */
export const evalFlags = {
  annotations: (command: Command) => command
    .requiredOption('--annotations <file.json>', 'ground truth: Argoverse-HD or COCO; the images of a COCO file are the frames of one video where time counts'),
  timing: (command: Command) => command
    .option('--eta <frames>', 'how many frame intervals earlier each frame asks for its output (default: 0)')
    .option('--forecast <name>', `carry detections forward to the frame that they are held against: none, ${formsOf(TRACKERS)} (default: none)`),
  detector: (command: Command, presets = { conf: '0.01, as YOLOX evaluates', nms: '0.65, as YOLOX evaluates' }) => {
    for (const [flag, key] of DETECTOR_FLAGS) command.option(flag, factsAt(key.split('.'))?.description ?? '');
    return command
      .option('--conf <score>', `detections with a lower score are left out (default: ${presets.conf})`)
      .option('--nms <iou>', `of two boxes of a class whose IoU is above this, the better one stays (default: ${presets.nms})`);
  },
  playing: (command: Command) => command
    .option('--schedule <name>', `${formsOf(POLICIES.filter(({ examples: [name] }) => !policyByName(name).keepsAll))} (default: idle-free)`)
    .option('--budget <duration>', 'the oldest a frame may be when its result comes out (default: none)'),
  outputs: (command: Command) => command
    .option('--report <file.html>', 'write a report to look at')
    .option('--min-sap <fraction>', 'fail (exit code 1) where AP is lower, such as 0.35'),
};

/**
 * The number that a flag gives, or `preset` without the flag.
 * @throws UsageError naming the flag, the value and what it must be
 */
export function numberFlag<P>(flags: RunFlagValues, flag: string, preset: P, { min = -Infinity, above = -Infinity, max = Infinity, integer = false }: { min?: number; above?: number; max?: number; integer?: boolean } = {}): number | P {
  const value = flags[flag.slice(2).replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
  if (value === undefined) return preset;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
  if (!Number.isFinite(number) || number < min || number <= above || number > max || (integer && !Number.isInteger(number))) {
    const bounds = [min > -Infinity ? `at least ${min}` : '', above > -Infinity ? `above ${above}` : '', max < Infinity ? `at most ${max}` : ''].filter(Boolean).join(' and ');
    throw new UsageError(`${flag} is ${JSON.stringify(value)}; it must be ${integer ? 'a whole number' : 'a number'}${bounds && `, ${bounds}`}`);
  }
  return number;
}

/** @throws UsageError for a forecaster that is not known */
export function forecastFlag({ forecast = 'none' }: RunFlagValues): TrackerFactory | undefined {
  if (forecast === 'none') return undefined;
  const factory = findNamed(TRACKERS, String(forecast));
  if (factory === undefined) throw new UsageError(`--forecast is ${JSON.stringify(forecast)}; it must be none or ${TRACKERS.map(({ form }) => form).join(' or ')}`);
  return factory;
}

export function textFlag(flags: RunFlagValues, name: string): string | undefined {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
}

/**
 * Flags as a report lists them, files by their name alone.
 * @param names in the order of the list
 */
export function factsOf(flags: RunFlagValues, names: readonly string[]): [string, string][] {
  return names.flatMap((name): [string, string][] => {
    const value = textFlag(flags, name);
    return value === undefined ? [] : [[name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`), basename(value)]];
  });
}

/** The score is below what `--min-sap` demands. */
export class BelowMinimumError extends NowcastError {
  constructor(ap: number | null, minimum: number) {
    super('NOWCAST_BELOW_MINIMUM', ap === null
      ? `AP is undefined, because nothing is annotated, but --min-sap demands ${minimum}`
      : `AP is ${ap.toFixed(4)}, below the ${minimum} that --min-sap demands`);
  }
}

/** @throws BelowMinimumError */
export function checkMinimum(ap: number | null, flags: RunFlagValues): void {
  const minimum = numberFlag(flags, '--min-sap', undefined, { min: 0, max: 1 });
  if (minimum !== undefined && (ap === null || ap < minimum)) throw new BelowMinimumError(ap, minimum);
}
