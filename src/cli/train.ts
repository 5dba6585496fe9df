import { InvalidArgumentError, Option, type Command } from 'commander';
import { parse as parseYaml, YAMLParseError } from 'yaml';
import { resolveTrainConfig, TRAIN_KEYS, type TrainConfig } from '../../training/config.js';
import { exampleText } from '../app/init/config-text.js';
import { ENGINES, mostKeptBytes, planTraining, trainNetwork, type TrainingPlan } from '../app/train.js';
import type { Environment } from '../config/environment.js';
import { ErrorPlaces } from '../config/error-places.js';
import { loadConfig } from '../config/load.js';
import { anchored } from '../config/settings.js';
import { UsageError } from '../core/errors.js';
import { counted } from '../core/counted.js';
import { sizeText } from '../core/size.js';
import { readNumber } from '../core/number-rule.js';
import { openIo, type CliContext } from './command-io.js';
import {
  addFlags,
  choiceFlag,
  numberFlag,
  parsedFlag,
  readFlags,
  switchFlag,
  textFlag,
  type RawFlags,
} from './flags.js';
import { addMoreHelp } from './help.js';

type Overrides = Readonly<Record<string, unknown>>;

const MEBIBYTE = 2 ** 20;
const MOST_KEPT_MB = Math.floor(mostKeptBytes() / MEBIBYTE);

const FLAGS = {
  config: textFlag('-c, --config <file.yaml>', 'the training configuration (required); --example prints one'),
  out: textFlag('--out <folder>', 'folder for checkpoints and the log (required to train)'),
  validate: switchFlag('--validate', 'check the configuration and its data, print what would be trained, and end'),
  example: switchFlag('--example', 'print a commented configuration, and end'),
  resume: switchFlag('--resume', 'continue the run in that folder where it stopped'),
  weights: textFlag('--weights <file.safetensors>', 'start from these weights; the network may have other classes', {
    preset: 'random weights',
  }),
  engine: choiceFlag(
    '--engine <name>',
    'tensorflow needs the package @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node; auto uses it if it is installed',
    ENGINES,
    'auto',
  ),
  replicas: numberFlag(
    '--replicas <n>',
    'number of threads that share each batch',
    { min: 1, isInteger: true },
    undefined,
    'the largest number up to the number of cores that divides the batch',
  ),
  loaders: numberFlag(
    '--loaders <n>',
    'number of threads that prepare batches ahead of the training step; a GPU benefits from more',
    { min: 1, isInteger: true },
    1,
  ),
  keepMb: parsedFlag(
    '--keep-mb <n>',
    'megabytes of memory for decoded pictures; further pictures are decoded each time',
    {
      allowed: `a whole number from 0 to ${MOST_KEPT_MB}, the most that this machine can hold`,
      preset: 512,
      presetText: 512,
      parse: (text) => readNumber(text, { min: 0, max: MOST_KEPT_MB, isInteger: true }),
    },
  ),
};

/** Declares `nowcast train`. */
export function register(program: Command, context: CliContext): void {
  const command = program.command('train').description('Train a YOLOX network on pictures with COCO annotations');
  addFlags(command, FLAGS)
    .addOption(
      new Option('--set <key=value>', 'override a key of the configuration; may be repeated')
        .argParser(override)
        .default({}, 'none'),
    )
    .action(async (raw: RawFlags & { readonly set: Overrides }) => {
      const { config: path, out, keepMb, validate, example, ...options } = readFlags(FLAGS, raw);
      const io = openIo(command, context);
      if (example) {
        io.print(exampleText('configs/train/example.yaml', 'configs/train/nowcast-train.schema.json', process.cwd()));
        return;
      }
      if (path === undefined)
        throw new UsageError('--config is missing; name a YAML file, or print one with --example');
      if (options.resume && options.weights !== undefined)
        throw new UsageError('--weights starts a new run and --resume continues one; leave one of them out');
      const places = new ErrorPlaces();
      const config = await readConfig(path, raw.set, context.env, places);
      if (validate) {
        const plan = await places.within(() => planTraining(config, io));
        io.print(io.json ? JSON.stringify(plan) : planText(plan));
        return;
      }
      if (out === undefined) throw new UsageError('--out is missing; name a folder for checkpoints and the log');
      const training = { ...options, out, config, keepBytes: keepMb * MEBIBYTE };
      const result = await places.within(() => trainNetwork(training, io));
      const { steps, bestAp, last } = result;
      io.print(
        io.json
          ? JSON.stringify(result)
          : `${counted(steps, 'step')}${bestAp === null ? '' : `, best AP ${bestAp.toFixed(3)}`}; the model is in ${last}, and nowcast export ${last} --out model.onnx makes a file of it`,
      );
    });
  addMoreHelp(command, {
    examples: [
      'nowcast train --example > mine.yaml',
      'nowcast train -c mine.yaml --validate',
      'nowcast train -c mine.yaml --out runs/mine',
      'nowcast train -c mine.yaml --out runs/mine --resume --set epochs=100',
    ],
    page: 'training.md',
  });
}

function planText({ variant, input, epochs, steps, train, val }: TrainingPlan): string {
  return [
    `valid: ${variant} at ${sizeText(input)}, ${counted(epochs, 'epoch')} of ${counted(steps / epochs, 'step')}`,
    `train  ${train}`,
    `val    ${val ?? 'none'}`,
  ].join('\n');
}

/** Relative paths in a file start in its folder. */
async function readConfig(
  path: string,
  overrides: Overrides,
  env: Environment,
  places: ErrorPlaces,
): Promise<TrainConfig> {
  const file = await loadConfig(TRAIN_KEYS, path, env, { flag: '--set', values: overrides });
  places.follow([file], {});
  return places.within(() => resolveTrainConfig(anchored(TRAIN_KEYS, file.settings, file.folder)));
}

function override(text: string, before: Overrides): Overrides {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be key=value, as in epochs=30.');
  try {
    return { ...before, [text.slice(0, at)]: parseYaml(text.slice(at + 1)) as unknown };
  } catch (error) {
    // A reference (*name) has nothing to refer to here.
    if (error instanceof YAMLParseError || error instanceof ReferenceError)
      throw new InvalidArgumentError(error.message);
    throw error;
  }
}
