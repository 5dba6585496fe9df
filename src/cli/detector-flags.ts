import type { Command } from 'commander';
import { AP_THRESHOLDS, type DetectorChoice } from '../app/evaluate/detector-choice.js';
import { BUILT_IN_PARTS } from '../app/parts.js';
import { anchoredRun, parseInputSize } from '../config/run-config.js';
import { DETECTOR_DEFAULTS } from '../config/detector-defaults.js';
import { keyOption, type RawFlags } from './flags.js';
import { readRunFlags } from './run-flags.js';

/** The same configuration keys as in `nowcast run`. */
const DETECTOR_KEYS = [
  'model.path',
  'model.labels',
  'model.provider',
  'model.threads',
  'model.input',
  'model.preprocess',
  'model.trusted',
];

type Thresholds = { readonly conf: number; readonly nms: number };

/** {@link AP_THRESHOLDS} as help shows them. */
const AS_YOLOX = { conf: `${AP_THRESHOLDS.conf}, as YOLOX evaluates`, nms: `${AP_THRESHOLDS.nms}, as YOLOX evaluates` };

/**
 * Declares the flags of a detector. They are checked like those of a run.
 * @param presets default thresholds, for help
 */
export function addDetectorFlags(
  command: Command,
  { conf, nms }: { readonly conf: string | number; readonly nms: string | number } = AS_YOLOX,
): Command {
  for (const key of DETECTOR_KEYS) command.addOption(keyOption(key));
  return command.addOption(keyOption('detect.conf', conf)).addOption(keyOption('detect.nms', nms));
}

/** @throws UsageError naming the flag that is wrong */
export function readDetector(raw: RawFlags, thresholds: Thresholds = AP_THRESHOLDS): DetectorChoice {
  const { model = {}, detect = {} } = anchoredRun(readRunFlags(raw), process.cwd(), BUILT_IN_PARTS);
  return {
    model: {
      path: model.path ?? DETECTOR_DEFAULTS.model,
      labels: model.labels,
      provider: model.provider ?? DETECTOR_DEFAULTS.provider,
      threads: model.threads,
      hosts: 1,
      preprocess: model.preprocess,
      isTrusted: model.trusted ?? false,
      input: model.input === undefined ? undefined : parseInputSize(model.input, '--input'),
    },
    conf: detect.conf ?? thresholds.conf,
    nms: detect.nms ?? thresholds.nms,
  };
}
