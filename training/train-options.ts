import type { TrainConfig } from './config.js';
import type { DataSet } from './data-set/data-set.js';
import type { Engine } from './engines/engine.js';
import type { Network } from './network/description.js';
import type { StepReport, ValidationReport } from './run-log.js';
import type { Validation } from './validate.js';

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
