import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { parse as parseYaml, YAMLParseError } from 'yaml';
import { resolveTrainConfig, TRAIN_KEYS, type DataPaths, type TrainConfig } from '../../training/config.js';
import { MOST_KEPT_BYTES } from '../../training/data/picture-memory.js';
import { readDataSet, type DataSet } from '../../training/dataset.js';
import { ENGINES, openEngine, type EngineName } from '../../training/engines/open-engine.js';
import type { StepReport } from '../../training/run-log.js';
import { train, type TrainSummary } from '../../training/train.js';
import type { Environment } from '../config/environment.js';
import { loadConfig } from '../config/load.js';
import { anchored } from '../config/settings.js';
import { UsageError } from '../core/errors.js';
import type { ProgressBar } from '../app/context.js';
import { openIo, type CliContext, type CommandIo } from './command-io.js';

type Flags = {
  readonly config?: string;
  readonly out: string;
  readonly resume?: boolean;
  readonly weights?: string;
  readonly replicas?: number;
  readonly loaders: number;
  readonly keepMb: number;
  readonly engine: EngineName;
  readonly set: Readonly<Record<string, unknown>>;
};

/** Declares `nowcast train`. */
export function register(program: Command, context: CliContext): void {
  const command = program.command('train')
    .description('Train a YOLOX network on pictures with COCO annotations')
    .requiredOption('-c, --config <file.yaml>', 'what to train on, and how; see configs/train')
    .requiredOption('--out <folder>', 'where checkpoints and the log go')
    .option('--resume', 'go on where the run in that folder stopped')
    .option('--weights <file.safetensors>', 'start from these weights; their classes may differ')
    .addOption(new Option('--engine <name>', 'tensorflow needs @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node; auto takes it where it is').choices(ENGINES).default('auto'))
    .option('--replicas <n>', 'threads that share each batch (default: one for each core, as far as they divide it)', positiveInteger)
    .option('--loaders <n>', 'threads that make batches ahead of the step; more help a GPU', positiveInteger, 1)
    .option('--keep-mb <n>', 'memory for decoded pictures; what does not fit is decoded each time', keepableMegabytes, 512)
    .option('--set <key=value>', 'override a key of the config; may be repeated', override, {})
    .action((flags: Flags) => runTraining(flags, openIo(command, context)));
}

async function runTraining({ config: path, out, resume = false, weights, replicas, loaders, keepMb, engine, set }: Flags, io: CommandIo): Promise<void> {
  if (resume && weights !== undefined) throw new UsageError('--weights starts a new run and --resume goes on with an old one; leave one of them out');
  const config = await readConfig(path!, set, io.env);
  const dataSet = open(config.train, io);
  const val = config.val && open(config.val, io);
  checkClasses(dataSet, val);
  const threads = availableParallelism();
  const shares = replicas ?? replicasFor(config.batchSize, threads);

  let begun: { readonly step: number; readonly atMs: number } | undefined;
  let bar: ProgressBar | undefined;
  let validationBar: ProgressBar | undefined;
  let summary: TrainSummary;
  try {
    summary = await train({
      config, train: dataSet, ...(val && { val }), out, resume, ...(weights !== undefined && { from: weights }),
      openEngine: async (network) => {
        const opened = await openEngine(engine, network, { batchSize: config.batchSize, replicas: shares, assigner: config.assigner });
        io.log.info(`training ${config.variant} on ${dataSet.pictures.length} pictures, ${dataSet.classNames.length} classes`, { engine: opened.name, batch: config.batchSize, replicas: shares, out });
        return opened;
      },
      loaders, keepBytes: keepMb * 2 ** 20, threads, signal: io.signal,
      onStep: (report) => {
        bar ??= io.progress.bar({ label: config.variant, from: report.step - 1, total: report.steps, unit: 'steps' });
        bar.set(report.step);
        begun ??= { step: report.step, atMs: io.clock.now() };
        if (report.step % LOG_EVERY === 0 && report.step > begun.step) {
          const msPerStep = (io.clock.now() - begun.atMs) / (report.step - begun.step);
          io.log.info(`step ${report.step} of ${report.steps}`, { ...shortened(report), minutesLeft: Math.ceil(((report.steps - report.step) * msPerStep) / 60_000) });
        }
      },
      onValidating: (done, total) => {
        if (done === 0) io.log.info(`validating on ${total} pictures`);
        validationBar ??= io.progress.bar({ label: 'validation', total, unit: 'pictures' });
        validationBar.set(done);
        if (done < total) return;
        validationBar.done();
        validationBar = undefined;
      },
      onValidation: ({ step, ap, ap50 }) => io.log.info(`validation after step ${step}`, { AP: round(ap), AP50: round(ap50) }),
      onWarning: (message) => io.log.warn(message),
    });
  } finally {
    validationBar?.done();
    bar?.done();
  }
  const last = join(out, 'last.safetensors');
  if (!summary.isFinished) io.log.warn(`stopped after step ${summary.steps}; go on with --resume`);
  if (io.json) io.print(JSON.stringify({ ...summary, last }));
  else io.print(`${summary.steps} steps${summary.bestAp === null ? '' : `, best AP ${round(summary.bestAp)}`}; the model is in ${last}, and nowcast export ${last} --out model.onnx makes a file of it`);
}

/** Steps between lines of the log. */
const LOG_EVERY = 50;

/** Paths in a file start in its folder. */
async function readConfig(path: string, overrides: Flags['set'], env: Environment): Promise<TrainConfig> {
  const { settings, folder } = await loadConfig(TRAIN_KEYS, path, env, { flag: '--set', values: overrides });
  return resolveTrainConfig(anchored(TRAIN_KEYS, settings, folder));
}

function open(paths: DataPaths, io: CommandIo): DataSet {
  const dataSet = readDataSet(paths);
  for (const warning of dataSet.warnings) io.log.warn(warning);
  return dataSet;
}

function checkClasses({ classNames }: DataSet, val: DataSet | undefined): void {
  if (val !== undefined && String(val.classNames) !== String(classNames)) {
    throw new UsageError(`the classes to train on are ${classNames.join(', ')}, but those to validate on are ${val.classNames.join(', ')}`);
  }
}

/** The most threads that share a batch evenly. */
function replicasFor(batchSize: number, cores: number): number {
  let replicas = Math.min(cores, batchSize);
  while (batchSize % replicas !== 0) replicas--;
  return replicas;
}

function shortened({ epoch, lr, loss, iou, objectness, classes }: StepReport): Record<string, number> {
  return { epoch, lr: Number(lr.toPrecision(3)), loss: round(loss), iou: round(iou), objectness: round(objectness), classes: round(classes) };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be an integer of at least 1.');
  return value;
}

function keepableMegabytes(text: string): number {
  const value = Number(text);
  const most = Math.floor(Math.min(totalmem(), MOST_KEPT_BYTES) / 2 ** 20);
  if (!Number.isSafeInteger(value) || value < 0 || value > most) throw new InvalidArgumentError(`It must be an integer from 0 to ${most}, which is what this machine can hold.`);
  return value;
}

function override(text: string, before: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be key=value, as in epochs=30.');
  try {
    return { ...before, [text.slice(0, at)]: parseYaml(text.slice(at + 1)) as unknown };
  } catch (error) {
    if (error instanceof YAMLParseError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}
