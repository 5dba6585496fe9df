import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { NowcastError, UsageError } from '../src/core/errors.js';
import { writeFileDurably } from '../src/files/durable-write.js';
import { readCheckpoint, readTensors, writeCheckpoint, type Checkpoint } from './checkpoint/checkpoint.js';
import type { TrainConfig } from './config.js';
import { openLoader, type Loader } from './data/loader.js';
import { PictureMemory } from './data/picture-memory.js';
import { createPictureStore } from './data/picture-store.js';
import { readAhead } from './data/read-ahead.js';
import type { DataSet } from './dataset.js';
import { renderCurves, type CurvesInput } from './curves/page.js';
import { updateAverage, updateStatistics } from './ema.js';
import type { Engine } from './engines/engine.js';
import { lossDivisor, totalLoss, type LossSums } from './losses.js';
import { lrSchedule } from './lr-schedule.js';
import type { Network } from './network/description.js';
import { parameterLayout } from './network/parameters.js';
import { createNetwork } from './network/variants.js';
import { copyWeights, initialWeights, takeTensors, type Weights } from './network/weights.js';
import { sgdStep } from './optimizer.js';
import { RunLog, type StepReport, type ValidationReport } from './run-log.js';
import { validate, type Validation } from './validate.js';

export type TrainOptions = {
  readonly config: TrainConfig;
  readonly train: DataSet;
  readonly val?: DataSet;
  /** Folder of the run: `last.safetensors`, `best.safetensors`, `log.jsonl`, `curves.html`. */
  readonly out: string;
  /** Continue from `last.safetensors`. */
  readonly resume: boolean;
  /** A safetensors file to start from; the class count may differ. */
  readonly from?: string;
  readonly openEngine: (network: Network) => Promise<Engine>;
  /** Threads that make batches beside the engine. */
  readonly loaders: number;
  /** Memory for decoded pictures, of all loaders together. */
  readonly keepBytes: number;
  /** Number of threads for validation. */
  readonly threads: number;
  /** Stops after the current step, with a checkpoint. */
  readonly signal: AbortSignal;
  readonly onStep: (report: StepReport) => void;
  /** Called after each picture of a validation, of `total`. */
  readonly onValidating: (done: number, total: number) => void;
  readonly onValidation: (report: ValidationReport) => void;
  readonly onWarning: (message: string) => void;
};

export type TrainSummary = {
  /** The engine of the run, whichever was requested. */
  readonly engine: string;
  readonly steps: number;
  readonly isFinished: boolean;
  readonly loss: number | null;
  readonly validation: Validation | null;
  readonly bestAp: number | null;
};

const DIVERGED = 'NOWCAST_DIVERGED';
/** Number of steps between updates of the curves. */
const DRAW_EVERY = 100;

/**
 * Trains a network. The same configuration and data give the same run, even if it was stopped and resumed. If it cannot
 * continue, its current state is kept as `last.safetensors`.
 * @throws NowcastError with the code `NOWCAST_DIVERGED` if the loss becomes NaN or infinite; then the state at the end
 * of the last epoch is kept
 */
export async function train(options: TrainOptions): Promise<TrainSummary> {
  const { config, train: dataSet, val, out, signal, onWarning } = options;
  const network = createNetwork(config.variant, dataSet.classNames.length);
  const layout = parameterLayout(network);
  const state = startState(options, network);
  const { weights, average, velocity } = state;
  let { step, bestAp } = state.facts;

  const stepsPerEpoch = Math.max(1, Math.floor(dataSet.pictures.length / config.batchSize));
  const steps = config.epochs * stepsPerEpoch;
  const closingStep = (config.epochs - config.closingEpochs) * stepsPerEpoch;
  const lrOf = lrSchedule({ ...config, stepsPerEpoch, warmupStartLr: 0 });
  const log = new RunLog(out, step);
  /** The step in `last.safetensors`. */
  let savedStep = options.resume ? step : undefined;
  let loss: number | null = null;
  let validation: Validation | null = null;

  const checkpoint = (name: string): void =>
    writeCheckpoint(join(out, `${name}.safetensors`), {
      ...state,
      facts: { ...state.facts, input: config.input, config, step, bestAp },
    });
  const save = (): void => {
    checkpoint('last');
    savedStep = step;
  };
  const draw = (): void =>
    writeFileDurably(join(out, 'curves.html'), [
      Buffer.from(renderCurves({ ...describe(options), steps: log.steps, validations: log.validations })),
    ]);
  const owesValidation = (): boolean =>
    val !== undefined &&
    step > 0 &&
    step % stepsPerEpoch === 0 &&
    (step % (config.validateEvery * stepsPerEpoch) === 0 || step > closingStep || step === steps) &&
    !log.hasValidation(step);
  const validateAverage = validator(options, network);

  const engine = await options.openEngine(network);
  let loader: Loader | undefined;
  try {
    loader = await openLoader({
      ...config,
      pictures: dataSet.pictures,
      closingStep,
      threads: options.loaders,
      keepBytes: options.keepBytes,
      onSkip: onWarning,
    });
    const validateIfDue = async (): Promise<void> => {
      const found = owesValidation() ? await validateAverage(average) : undefined;
      if (found === undefined) return;
      validation = found;
      if (bestAp === null || found.ap > bestAp) {
        bestAp = found.ap;
        checkpoint('best');
        save();
      }
      const report: ValidationReport = { type: 'validation', step, ...found };
      log.add(report);
      draw();
      options.onValidation(report);
    };
    // The run may have been stopped during a validation.
    await validateIfDue();
    for await (const batch of readAhead(loader.make, step, steps, options.loaders + 1)) {
      if (signal.aborted) break;
      const { losses, gradient, statistics } = await engine.step(weights, batch, { l1: step >= closingStep });
      loss = totalLoss(losses);
      if (!Number.isFinite(loss))
        throw diverged(
          step,
          batch.indices.map((i) => dataSet.pictures[i].path),
          out,
          savedStep,
        );

      const lr = lrOf(step++);
      sgdStep(weights.parameters, velocity, gradient, lr, layout, config);
      updateStatistics(weights.statistics, statistics);
      updateAverage(average, weights, step);

      const report = reportOf(step, steps, Math.ceil(step / stepsPerEpoch), lr, losses);
      log.add(report);
      options.onStep(report);
      if (step % DRAW_EVERY === 0) draw();
      if (step % stepsPerEpoch === 0) save();
      await validateIfDue();
    }
    if (step !== savedStep) save();
    draw();
  } catch (error) {
    // A step changes the state at once, so the state is consistent; weights that diverged are not worth keeping.
    if (step > (savedStep ?? 0) && (error as Partial<NowcastError>).code !== DIVERGED) {
      try {
        save();
        onWarning(`what was learned up to step ${step} is in ${join(out, 'last.safetensors')}; go on with --resume`);
      } catch {
        // Report the first error.
      }
    }
    throw error;
  } finally {
    await loader?.close();
    await engine.close();
  }
  return { engine: engine.name, steps: step, isFinished: step >= steps && !owesValidation(), loss, validation, bestAp };
}

/** The resumed run's state, or a new run's. */
function startState({ config, train: { classNames }, out, resume, from }: TrainOptions, network: Network): Checkpoint {
  const last = join(out, 'last.safetensors');
  if (resume) {
    if (!existsSync(last))
      throw new UsageError(`${out} holds no run to go on with (last.safetensors); leave --resume out to begin one`);
    const checkpoint = readCheckpoint(last);
    if (String(checkpoint.facts.classNames) !== String(classNames) || checkpoint.facts.variant !== config.variant) {
      throw new UsageError(
        `${out} is a run of ${checkpoint.facts.variant} on other classes; resume it with its own config, or start anew in another folder`,
      );
    }
    return checkpoint;
  }
  if (existsSync(last))
    throw new UsageError(
      `${out} holds a run already (last.safetensors); go on with it by --resume, or name another folder`,
    );
  const weights = initialWeights(network, config.seed);
  if (from !== undefined)
    takeTensors(parameterLayout(network), weights, readTensors(from).tensors, { otherClasses: true });
  return {
    facts: { variant: config.variant, classNames, input: config.input, step: 0, bestAp: null, config },
    weights,
    average: copyWeights(weights),
    velocity: new Float32Array(weights.parameters.length),
  };
}

/** Reads every picture of the validation data once, so it keeps none. */
function validator(
  { config: { input }, val, threads, signal, onWarning, onValidating }: TrainOptions,
  network: Network,
): (weights: Weights) => Promise<Validation | undefined> {
  if (val === undefined) return () => Promise.resolve(undefined);
  const memory = new PictureMemory(PictureMemory.allocate(val.pictures.length, 0));
  const store = createPictureStore({ pictures: val.pictures, input, memory, onSkip: onWarning });
  return (weights) =>
    validate({ network, weights, dataSet: val, store, input, threads, signal, onPicture: onValidating });
}

function describe({
  config: { variant, input, batchSize, epochs, lr, seed },
  train: { pictures, classNames },
  val,
}: TrainOptions): Pick<CurvesInput, 'title' | 'facts' | 'classNames'> {
  return {
    title: `Training of ${variant}`,
    classNames,
    facts: [
      ['pictures', `${pictures.length}${val === undefined ? '' : `, and ${val.pictures.length} to validate on`}`],
      ['input', `${input.width}x${input.height}`],
      ['batch', `${batchSize} pictures`],
      ['epochs', String(epochs)],
      ['greatest learning rate', String(lr)],
      ['seed', String(seed)],
    ],
  };
}

function reportOf(step: number, steps: number, epoch: number, lr: number, losses: LossSums): StepReport {
  const divisor = lossDivisor(losses);
  return {
    type: 'step',
    step,
    steps,
    epoch,
    lr,
    loss: totalLoss(losses),
    iou: losses.iou / divisor,
    objectness: losses.objectness / divisor,
    classes: losses.classes / divisor,
    l1: losses.l1 / divisor,
    positives: losses.positives,
  };
}

function diverged(step: number, paths: readonly string[], out: string, savedStep: number | undefined): NowcastError {
  return new NowcastError(
    DIVERGED,
    `the loss is not a number at step ${step + 1}, on ${paths.join(', ')}. ` +
      `Try a lower lr or a longer warmup_epochs, and look at these pictures' boxes${savedStep === undefined ? '' : `; ${join(out, 'last.safetensors')} holds the run up to step ${savedStep}`}`,
  );
}
