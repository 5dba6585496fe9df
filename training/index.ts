// A training run.
export { train, type TrainOptions, type TrainSummary } from './train.js';
export { resolveTrainConfig, type DataPaths, type TrainConfig } from './config.js';
export type { DataPicture, DataSet } from './data-set/data-set.js';
export { readDataSet, type ReadDataSetOptions } from './data-set/read.js';
export { ENGINES, openEngine, type EngineName, type EngineOptions } from './engines/open-engine.js';
export type { Batch, Engine, StepResult } from './engines/engine.js';
export type { StepReport, ValidationReport } from './run-log.js';
export type { Validation } from './validate.js';

// Networks and their weights.
export { createNetwork, parseVariant, testSize, VARIANTS, type Variant } from './network/variants.js';
export type { Network, ConvLayer, Layer, PredictLayer, Value } from './network/description.js';
export { initialWeights, type Weights } from './network/weights.js';
export { gigaFlops } from './network/cost.js';
export {
  readCheckpoint,
  readTrained,
  type Checkpoint,
  type TrainedNetwork,
  type CheckpointFacts,
} from './checkpoint/checkpoint.js';
export type { DataSetFacts } from './data-set/summary.js';
export { exportOnnx, type ExportOptions } from './export/export-onnx.js';
export type { Objects } from './assign/assignment.js';
export type { Labels } from './data/labels.js';
export { ASSIGNERS, type AssignerName } from './assign/assigners.js';
export type { LossSums } from './losses.js';
export type { Augmentation } from './data/augment.js';
export type { Norm, Parameter, ParameterLayout } from './network/parameters.js';
