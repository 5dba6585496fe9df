import { join } from 'node:path';
import { NowcastError } from '../src/core/errors.js';
import { writeFileDurably } from '../src/files/durable-write.js';
import { writeCheckpoint, type Checkpoint } from './checkpoint/checkpoint.js';
import { PictureMemory } from './data/picture-memory.js';
import { createPictureStore } from './data/picture-store.js';
import { renderCurves, type CurvesInput } from './curves/page.js';
import { updateAverage, updateStatistics } from './ema.js';
import type { NumberedBatch } from './data/batches.js';
import type { StepResult } from './engines/engine.js';
import { lossDivisor, totalLoss, type LossSums } from './losses.js';
import { lrSchedule } from './lr-schedule.js';
import type { Network } from './network/description.js';
import { parameterLayout, type ParameterLayout } from './network/parameters.js';
import type { Weights } from './network/weights.js';
import { sgdStep } from './optimizer.js';
import { RunLog, type StepReport, type ValidationReport } from './run-log.js';
import { startState } from './start-state.js';
import type { TrainOptions, TrainSummary } from './train-options.js';
import { validate, type Validation } from './validate.js';
import { counted } from '../src/core/counted.js';

const DIVERGED = 'NOWCAST_DIVERGED';

/** A run between two steps: its state, log and files. */
export class TrainingRun {
  readonly steps: number;
  /** The closing epochs begin with this step. */
  readonly closingStep: number;
  readonly #options: TrainOptions;
  readonly #layout: ParameterLayout;
  readonly #state: Checkpoint;
  readonly #stepsPerEpoch: number;
  readonly #lrOf: (step: number) => number;
  readonly #log: RunLog;
  readonly #validate: (weights: Weights) => Promise<Validation | undefined>;
  #step: number;
  #bestAp: number | null;
  /** The step in `last.safetensors`. */
  #savedStep: number | undefined;
  #loss: number | null = null;
  #validation: Validation | null = null;

  /** @throws UsageError if the run's folder does not fit the options */
  constructor(options: TrainOptions, network: Network) {
    const { config, train, out, resume } = options;
    this.#options = options;
    this.#layout = parameterLayout(network);
    this.#state = startState(options, network);
    this.#step = this.#state.facts.step;
    this.#bestAp = this.#state.facts.bestAp;
    const stepsPerEpoch = Math.max(1, Math.floor(train.pictures.length / config.batchSize));
    this.#stepsPerEpoch = stepsPerEpoch;
    this.steps = config.epochs * stepsPerEpoch;
    this.closingStep = (config.epochs - config.closingEpochs) * stepsPerEpoch;
    this.#lrOf = lrSchedule({ ...config, stepsPerEpoch, warmupStartLr: 0 });
    this.#log = new RunLog(out, this.#step);
    this.#savedStep = resume ? this.#step : undefined;
    this.#validate = validator(options, network);
  }

  get weights(): Weights {
    return this.#state.weights;
  }

  /** Steps that were done. */
  get step(): number {
    return this.#step;
  }

  get isEpochEnd(): boolean {
    return this.#step % this.#stepsPerEpoch === 0;
  }

  /**
   * Moves the weights against the gradient of a batch.
   * @throws NowcastError with the code `NOWCAST_DIVERGED`; then nothing has changed
   */
  update({ indices }: NumberedBatch, { losses, gradient, statistics }: StepResult): void {
    const { config, train, out, onStep } = this.#options;
    this.#loss = totalLoss(losses);
    if (!Number.isFinite(this.#loss)) {
      const paths = indices.map((i) => train.pictures[i].path);
      throw diverged(this.#step, paths, out, this.#savedStep);
    }
    const { weights, average, velocity } = this.#state;
    const lr = this.#lrOf(this.#step++);
    sgdStep(weights.parameters, velocity, gradient, lr, this.#layout, config);
    updateStatistics(weights.statistics, statistics);
    updateAverage(average, weights, this.#step);

    const report = reportOf(this.#step, this.steps, Math.ceil(this.#step / this.#stepsPerEpoch), lr, losses);
    this.#log.add(report);
    onStep(report);
  }

  async validateIfDue(): Promise<void> {
    const found = this.#owesValidation() ? await this.#validate(this.#state.average) : undefined;
    if (found === undefined) return;
    this.#validation = found;
    if (this.#bestAp === null || found.ap > this.#bestAp) {
      this.#bestAp = found.ap;
      this.#writeCheckpoint('best');
      this.save();
    }
    const report: ValidationReport = { type: 'validation', step: this.#step, ...found };
    this.#log.add(report);
    this.draw();
    this.#options.onValidation(report);
  }

  save(): void {
    this.#writeCheckpoint('last');
    this.#savedStep = this.#step;
  }

  saveIfNewer(): void {
    if (this.#step !== this.#savedStep) this.save();
  }

  /** Keeps the state when an error ends the run: a step changes it at once, so it is consistent. */
  rescue(): void {
    if (this.#step <= (this.#savedStep ?? 0)) return;
    try {
      this.save();
      const path = join(this.#options.out, 'last.safetensors');
      this.#options.onWarning(`what was learned up to step ${this.#step} is in ${path}; go on with --resume`);
    } catch {
      // Report the first error.
    }
  }

  /** Updates the page of curves. */
  draw(): void {
    const { steps, validations } = this.#log;
    const page = renderCurves({ ...describe(this.#options), steps, validations });
    writeFileDurably(join(this.#options.out, 'curves.html'), [Buffer.from(page)]);
  }

  summary(): Omit<TrainSummary, 'engine'> {
    return {
      steps: this.#step,
      isFinished: this.#step >= this.steps && !this.#owesValidation(),
      loss: this.#loss,
      validation: this.#validation,
      bestAp: this.#bestAp,
    };
  }

  #owesValidation(): boolean {
    const { config, val } = this.#options;
    return (
      val !== undefined &&
      this.#step > 0 &&
      this.isEpochEnd &&
      (this.#step % (config.validateEvery * this.#stepsPerEpoch) === 0 ||
        this.#step > this.closingStep ||
        this.#step === this.steps) &&
      !this.#log.hasValidation(this.#step)
    );
  }

  #writeCheckpoint(name: string): void {
    const { config, out } = this.#options;
    writeCheckpoint(join(out, `${name}.safetensors`), {
      ...this.#state,
      facts: { ...this.#state.facts, input: config.input, config, step: this.#step, bestAp: this.#bestAp },
    });
  }
}

/** The loss became NaN or infinite: such weights are not worth keeping. */
export function isDivergence(error: unknown): boolean {
  return (error as Partial<NowcastError>).code === DIVERGED;
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
      ['batch', counted(batchSize, 'picture')],
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
