import { UsageError } from '../src/core/errors.js';
import type { CheckpointFacts } from './checkpoint/checkpoint.js';
import { namedSettings, type TrainConfig } from './config.js';
import { factsOf, type DataSetFacts } from './data-set/summary.js';
import type { TrainOptions } from './train-options.js';
import { counted } from '../src/core/counted.js';

/**
 * Compares a run that is to be resumed with the run in the folder. Step numbers count batches of one data set, and the
 * learning rate follows them; so network, data set and batch stay. Everything else may change, and is named.
 * @returns a warning for what changed: old and new values
 * @throws UsageError naming what must not change
 */
export function resumedSettings(
  facts: CheckpointFacts,
  { config, train, val, out }: Pick<TrainOptions, 'config' | 'train' | 'val' | 'out'>,
): string[] {
  const before = namedSettings(facts.config as TrainConfig);
  const now = namedSettings(config);
  const refuse = (what: string): never => {
    throw new UsageError(
      `${out} is a run ${what}. Resume it as it was, or start a new run from its weights: --weights ${out}/last.safetensors with another --out`,
    );
  };
  if (facts.variant !== config.variant) refuse(`of ${facts.variant}, and this is ${config.variant}`);
  if (String(facts.classNames) !== String(train.classNames))
    refuse(`on other classes: ${facts.classNames.join(', ')}, and now ${train.classNames.join(', ')}`);
  if (before['batch_size'] !== now['batch_size'])
    refuse(`with batch_size ${before['batch_size']}, and now it is ${now['batch_size']}`);
  const data = factsOf(train);
  if (facts.data !== undefined && facts.data.sha256 !== data.sha256)
    refuse(`on another data set: ${shown(facts.data)}, and now ${shown(data)}`);

  const isSameVal = facts.valData !== undefined && val !== undefined && facts.valData.sha256 === factsOf(val).sha256;
  const moved = new Set(facts.data === undefined ? [] : ['train.annotations', 'train.root']);
  if (isSameVal) for (const key of ['val.annotations', 'val.root']) moved.add(key);
  const changes = [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((key) => before[key] !== now[key] && !moved.has(key))
    .map((key) => `${key} ${now[key] ?? 'none'} (before: ${before[key] ?? 'none'})`);
  return changes.length === 0 ? [] : [`the run continues with other settings: ${changes.join(', ')}`];
}

/** Whether the best AP so far was measured on the same pictures; true for checkpoints that do not say. */
export function hasSameValidation({ valData }: CheckpointFacts, val: TrainOptions['val']): boolean {
  return valData === undefined || val === undefined || valData.sha256 === factsOf(val).sha256;
}

function shown({ pictures, boxes, sha256 }: DataSetFacts): string {
  return `${counted(pictures, 'picture')} with ${counted(boxes, 'box', 'boxes')} (${sha256.slice(0, 8)})`;
}
