import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { DataPaths, TrainConfig } from '../../training/config.js';
import { MOST_KEPT_BYTES } from '../../training/data/picture-memory.js';
import type { DataSet } from '../../training/data-set/data-set.js';
import { readDataSet } from '../../training/data-set/read.js';
import { summarize, tooSmallAt } from '../../training/data-set/summary.js';
import { ENGINES, openEngine, type EngineName } from '../../training/engines/open-engine.js';
import type { StepReport } from '../../training/run-log.js';
import { train, type TrainSummary } from '../../training/train.js';
import { aboutKeys } from '../core/error-key.js';
import { DataError, UsageError } from '../core/errors.js';
import type { Size } from '../core/size.js';
import { round3 } from '../core/round.js';
import type { AppContext, ProgressBar, ProgressDetails } from './context.js';
import { counted } from '../core/counted.js';

export { ENGINES };

export type TrainOptions = {
  readonly config: TrainConfig;
  /** Folder for checkpoints and the log. */
  readonly out: string;
  /** Continues the run in that folder. */
  readonly resume: boolean;
  /** File of weights to start from. */
  readonly weights: string | undefined;
  readonly engine: EngineName;
  /**
   * Threads that share each batch; undefined takes the largest number up to the number of cores that divides the batch.
   */
  readonly replicas: number | undefined;
  /** Threads that prepare batches ahead of the training step. */
  readonly loaders: number;
  /** Memory for decoded pictures. */
  readonly keepBytes: number;
};

export type TrainResult = TrainSummary & {
  /** The last checkpoint. */
  readonly last: string;
};

/** Steps between lines of the verbose log. */
const LOG_EVERY = 50;

/** The most memory that this machine can give to decoded pictures. */
export function mostKeptBytes(): number {
  return Math.min(totalmem(), MOST_KEPT_BYTES);
}

/**
 * Trains a network until its last step or until the signal is aborted, and writes a checkpoint in either case.
 * @throws UsageError, DataError or OutputError where data, weights or the folder cannot be used
 */
export async function trainNetwork(
  { config, out, resume, weights, engine, replicas, loaders, keepBytes }: TrainOptions,
  context: AppContext,
): Promise<TrainResult> {
  const { log, signal } = context;
  const { train: dataSet, val } = await openData(config, context);
  const threads = availableParallelism();
  const shares = replicas ?? replicasFor(config.batchSize, threads);
  const progress = new TrainProgress(config.variant, context);
  try {
    const summary = await train({
      config,
      train: dataSet,
      ...(val && { val }),
      out,
      resume,
      ...(weights !== undefined && { from: weights }),
      openEngine: async (network) => {
        const opened = await openEngine(engine, network, {
          batchSize: config.batchSize,
          replicas: shares,
          assigner: config.assigner,
        });
        const facts = { engine: opened.name, batch: config.batchSize, replicas: shares, out };
        log.info(
          `training ${config.variant} on ${counted(dataSet.pictures.length, 'picture')}, ${counted(dataSet.classNames.length, 'class', 'classes')}`,
          facts,
        );
        return opened;
      },
      loaders,
      keepBytes,
      threads,
      signal,
      onStep: (report) => progress.stepped(report),
      onValidating: (done, total) => progress.validating(done, total),
      onValidation: ({ step, ap, ap50 }) =>
        log.info(`validation after step ${step}`, { AP: round3(ap), AP50: round3(ap50) }),
      onWarning: (message) => log.warn(message),
    });
    if (!summary.isFinished) log.warn(`stopped after step ${summary.steps}; continue with --resume`);
    return { ...summary, last: join(out, 'last.safetensors') };
  } finally {
    progress.done();
  }
}

/** What a training would do. */
export type TrainingPlan = {
  readonly isValid: true;
  readonly variant: string;
  readonly input: Size;
  readonly epochs: number;
  readonly steps: number;
  /** The data sets in words. */
  readonly train: string;
  readonly val: string | null;
};

/**
 * Reads the data of a training, and trains nothing.
 * @throws UsageError for data that cannot be used
 */
export async function planTraining(config: TrainConfig, context: AppContext): Promise<TrainingPlan> {
  try {
    const { train, val } = await openData(config, context);
    const { variant, input, epochs, batchSize } = config;
    const steps = epochs * Math.ceil(train.pictures.length / batchSize);
    return {
      isValid: true,
      variant,
      input,
      epochs,
      steps,
      train: summarize(train),
      val: val === undefined ? null : summarize(val),
    };
  } catch (cause) {
    if (!(cause instanceof DataError)) throw cause;
    throw new UsageError(cause.message, { cause, code: cause.code, keys: cause.keys });
  }
}

/** Bars of a training. */
class TrainProgress {
  readonly #label: string;
  readonly #context: AppContext;
  #last: StepReport | undefined;
  #steps: ProgressBar | undefined;
  #validation: ProgressBar | undefined;

  constructor(label: string, context: AppContext) {
    this.#label = label;
    this.#context = context;
  }

  stepped(report: StepReport): void {
    const { step, steps } = report;
    this.#last = report;
    this.#steps ??= this.#context.progress.bar({
      label: this.#label,
      from: step,
      total: steps,
      unit: 'steps',
      details: () => lossDetails(this.#last!),
    });
    this.#steps.set(step);
    if (step % LOG_EVERY === 0) this.#context.log.debug(`step ${step} of ${steps}`, lossDetails(report).facts);
  }

  validating(done: number, total: number): void {
    if (done === 0) this.#context.log.info(`validating on ${counted(total, 'picture')}`);
    this.#validation ??= this.#context.progress.bar({ label: 'validation', total, unit: 'pictures' });
    this.#validation.set(done);
    if (done < total) return;
    this.#validation.done();
    this.#validation = undefined;
  }

  done(): void {
    this.#validation?.done();
    this.#steps?.done();
  }
}

async function openData(
  { train: trainPaths, val: valPaths, input }: TrainConfig,
  context: AppContext,
): Promise<{ readonly train: DataSet; readonly val: DataSet | undefined }> {
  const train = await aboutKeys(['train'], () => open(trainPaths, input, context));
  const val = valPaths && (await aboutKeys(['val'], () => open(valPaths, input, context)));
  checkClasses(train, val);
  return { train, val };
}

/** Reads a data set, and says once what is in it and what is wrong with it. */
async function open(paths: DataPaths, input: Size, { log, progress, signal }: AppContext): Promise<DataSet> {
  let bar: ProgressBar | undefined;
  try {
    const dataSet = await readDataSet({
      ...paths,
      signal,
      onPicture: (done, total) => {
        bar ??= progress.bar({ label: 'data set', total, unit: 'pictures' });
        bar.set(done);
      },
    });
    bar?.done();
    log.info(`${paths.annotations}: ${summarize(dataSet)}`);
    for (const warning of [...dataSet.warnings, ...tooSmallAt(dataSet, input, paths.annotations)]) log.warn(warning);
    return dataSet;
  } finally {
    bar?.done();
  }
}

function checkClasses({ classNames }: DataSet, val: DataSet | undefined): void {
  if (val !== undefined && String(val.classNames) !== String(classNames)) {
    throw new UsageError(
      `the training data has the classes ${classNames.join(', ')}, but the validation data has ${val.classNames.join(', ')}; give both the same classes`,
      { keys: ['val'] },
    );
  }
}

/** The largest number of threads that divides a batch evenly. */
function replicasFor(batchSize: number, cores: number): number {
  let replicas = Math.min(cores, batchSize);
  while (batchSize % replicas !== 0) replicas--;
  return replicas;
}

function lossDetails({ epoch, lr, loss, iou, objectness, classes }: StepReport): ProgressDetails {
  return {
    text: `epoch ${epoch}, loss ${loss.toFixed(2)}`,
    facts: {
      epoch,
      lr: Number(lr.toPrecision(3)),
      loss: round3(loss),
      iou: round3(iou),
      objectness: round3(objectness),
      classes: round3(classes),
    },
  };
}
