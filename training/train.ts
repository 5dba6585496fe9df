import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { NowcastError, UsageError } from '../src/core/errors.js';
import { readCheckpoint, readTensors, writeCheckpoint, type Checkpoint } from './checkpoint/checkpoint.js';
import type { TrainConfig } from './config.js';
import { batchMaker, readAhead } from './data/batches.js';
import { createPictureStore, type PictureStore } from './data/picture-store.js';
import type { DataSet } from './dataset.js';
import { updateAverage, updateStatistics } from './ema.js';
import type { Engine } from './engines/engine.js';
import { lossDivisor, totalLoss, type LossSums } from './losses.js';
import { lrSchedule } from './lr-schedule.js';
import type { Network } from './network/description.js';
import { parameterLayout } from './network/parameters.js';
import { createNetwork } from './network/variants.js';
import { copyWeights, initialWeights, takeTensors } from './network/weights.js';
import { sgdStep } from './optimizer.js';
import { validate, type Validation } from './validate.js';

export type TrainOptions = {
  readonly config: TrainConfig;
  readonly train: DataSet;
  readonly val?: DataSet;
  /** Folder of the run: `last.safetensors`, `best.safetensors`, `log.jsonl`. */
  readonly out: string;
  /** Go on where `last.safetensors` stopped. */
  readonly resume: boolean;
  /** A safetensors file to start from; the class count may differ. */
  readonly from?: string;
  readonly openEngine: (network: Network) => Promise<Engine>;
  /** Threads for validation. */
  readonly threads: number;
  /** Stops after the step that is running, with a checkpoint. */
  readonly signal: AbortSignal;
  readonly onStep: (progress: StepReport) => void;
  readonly onValidation: (report: ValidationReport) => void;
  readonly onWarning: (message: string) => void;
};

/** Mean losses of one step. */
export type StepReport = {
  readonly type: 'step';
  /** Steps done, of `steps`. */
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  readonly lr: number;
  readonly loss: number;
  readonly iou: number;
  readonly objectness: number;
  readonly classes: number;
  readonly l1: number;
  readonly positives: number;
};

export type ValidationReport = Validation & { readonly type: 'validation'; readonly step: number };

export type TrainSummary = {
  readonly steps: number;
  readonly isFinished: boolean;
  readonly loss: number | null;
  readonly validation: Validation | null;
  readonly bestAp: number | null;
};

/** Memory for decoded pictures. */
const KEEP_BYTES = 2 ** 30;
const BATCHES_AHEAD = 2;

/**
 * Trains a network. The same configuration and data give the same run, also when it was stopped and resumed.
 * @throws NowcastError with the code `NOWCAST_DIVERGED` where the loss is no longer a number
 */
export async function train(options: TrainOptions): Promise<TrainSummary> {
  const { config, train: dataSet, val, out, signal } = options;
  const network = createNetwork(config.variant, dataSet.classNames.length);
  const layout = parameterLayout(network);
  const state = startState(options, network);
  const { weights, average, velocity } = state;
  let { step, bestAp } = state.facts;

  const stepsPerEpoch = Math.max(1, Math.floor(dataSet.pictures.length / config.batchSize));
  const steps = config.epochs * stepsPerEpoch;
  const closingStep = (config.epochs - config.closingEpochs) * stepsPerEpoch;
  const lrOf = lrSchedule({ ...config, stepsPerEpoch, warmupStartLr: 0 });
  const store = storeOf(dataSet, options);
  const valStore = val && storeOf(val, options);
  const nextBatch = readAhead(batchMaker({ ...config, store, count: dataSet.pictures.length, closingStep }), step, BATCHES_AHEAD);

  const checkpoint = (name: string): void => writeCheckpoint(join(out, `${name}.safetensors`), { ...state, facts: { ...state.facts, step, bestAp } });
  mkdirSync(out, { recursive: true });
  const report = (entry: StepReport | ValidationReport): void => appendFileSync(join(out, 'log.jsonl'), `${JSON.stringify(entry)}\n`);
  let loss: number | null = null;
  let validation: Validation | null = null;

  const engine = await options.openEngine(network);
  try {
    while (step < steps && !signal.aborted) {
      const batch = await nextBatch();
      const { losses, gradient, statistics } = await engine.step(weights, batch, { l1: step >= closingStep });
      loss = totalLoss(losses);
      if (!Number.isFinite(loss)) throw diverged(step, batch.indices.map((i) => dataSet.pictures[i].path), out);

      const lr = lrOf(++step);
      sgdStep(weights.parameters, velocity, gradient, lr, layout, config);
      updateStatistics(weights.statistics, statistics);
      updateAverage(average, weights, step);

      const stepReport = reportOf(step, steps, Math.ceil(step / stepsPerEpoch), lr, losses);
      report(stepReport);
      options.onStep(stepReport);
      if (step % stepsPerEpoch === 0) checkpoint('last');
      if (val !== undefined && valStore !== undefined && (step % (config.validateEvery * stepsPerEpoch) === 0 || step === steps)) {
        validation = await validate(network, average, val, valStore, config.input, options.threads);
        report({ type: 'validation', step, ...validation });
        options.onValidation({ type: 'validation', step, ...validation });
        if (bestAp === null || validation.ap > bestAp) {
          bestAp = validation.ap;
          checkpoint('best');
        }
      }
    }
    checkpoint('last');
  } finally {
    await engine.close();
  }
  return { steps: step, isFinished: step === steps, loss, validation, bestAp };
}

/** The resumed run's state, or that of a new one. */
function startState({ config, train: { classNames }, out, resume, from }: TrainOptions, network: Network): Checkpoint {
  if (resume) {
    const checkpoint = readCheckpoint(join(out, 'last.safetensors'));
    if (String(checkpoint.facts.classNames) !== String(classNames) || checkpoint.facts.variant !== config.variant) {
      throw new UsageError(`${out} is a run of ${checkpoint.facts.variant} on other classes; resume it with its own config, or start anew in another folder`);
    }
    return checkpoint;
  }
  const weights = initialWeights(network, config.seed);
  if (from !== undefined) takeTensors(parameterLayout(network), weights, readTensors(from).tensors, { otherClasses: true });
  return {
    facts: { variant: config.variant, classNames, input: config.input, step: 0, bestAp: null, config },
    weights, average: copyWeights(weights), velocity: new Float32Array(weights.parameters.length),
  };
}

function storeOf({ pictures }: DataSet, { config: { input }, onWarning }: TrainOptions): PictureStore {
  return createPictureStore({ pictures, input, keepBytes: KEEP_BYTES, onSkip: onWarning });
}

function reportOf(step: number, steps: number, epoch: number, lr: number, losses: LossSums): StepReport {
  const divisor = lossDivisor(losses);
  return {
    type: 'step', step, steps, epoch, lr, loss: totalLoss(losses), iou: losses.iou / divisor, objectness: losses.objectness / divisor,
    classes: losses.classes / divisor, l1: losses.l1 / divisor, positives: losses.positives,
  };
}

function diverged(step: number, paths: readonly string[], out: string): NowcastError {
  return new NowcastError('NOWCAST_DIVERGED', `the loss is not a number at step ${step + 1}, on ${paths.join(', ')}. ` +
    `Try a lower lr or a longer warmup_epochs, and look at these pictures' boxes; ${join(out, 'last.safetensors')} holds the last whole epoch`);
}
