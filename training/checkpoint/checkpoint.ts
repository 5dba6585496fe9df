import { readFileSync } from 'node:fs';
import { DataError, UsageError } from '../../src/core/errors.js';
import { writeFileDurably } from '../../src/files/durable-write.js';
import type { Size } from '../../src/core/size.js';
import { CLASSES_KEY, parseClassNames } from '../../src/model/onnx/class-names.js';
import type { DataSetFacts } from '../data-set/summary.js';
import { parameterLayout } from '../network/parameters.js';
import type { Network } from '../network/description.js';
import { createNetwork, parseVariant, testSize, type Variant } from '../network/variants.js';
import { initialWeights, namedTensors, takeTensors, type Weights } from '../network/weights.js';
import { parseSafetensors, safetensorsPieces, type Tensor } from './safetensors.js';

/** The complete state for resuming a run. Randomness is derived from seed and step alone. */
export type Checkpoint = {
  readonly facts: CheckpointFacts;
  readonly weights: Weights;
  /** The moving average of the weights: the resulting model. */
  readonly average: Weights;
  readonly velocity: Float32Array;
};

export type CheckpointFacts = {
  readonly variant: Variant;
  readonly classNames: readonly string[];
  /** Input size of the network, in pixels. */
  readonly input: Size;
  /** Number of finished steps. */
  readonly step: number;
  /** The highest validation AP so far, if there was a validation. */
  readonly bestAp: number | null;
  /** The resolved configuration of the run. */
  readonly config: unknown;
  /** The pictures that it learned from; absent in the earliest checkpoints. */
  readonly data?: DataSetFacts;
  /** The pictures that it was validated on, if it was. */
  readonly valData?: DataSetFacts;
};

const FACTS = 'nowcast.checkpoint/1';
const [PARAMETERS, STATISTICS, VELOCITY] = ['training.parameters', 'training.statistics', 'training.velocity'];

/**
 * Writes one safetensors file atomically: the averaged weights under the reference's names, the rest of the training
 * state under `training.`, facts as JSON in its header.
 * @throws OutputError naming the path; the previous file stays
 */
export function writeCheckpoint(path: string, { facts, weights, average, velocity }: Checkpoint): void {
  const layout = parameterLayout(createNetwork(facts.variant, facts.classNames.length));
  const flat = (data: Float32Array): Tensor => ({ shape: [data.length], data });
  const tensors = new Map([
    ...namedTensors(layout, average),
    [PARAMETERS, flat(weights.parameters)],
    [STATISTICS, flat(weights.statistics)],
    [VELOCITY, flat(velocity)],
  ] as const);
  writeFileDurably(path, safetensorsPieces(tensors, { [FACTS]: JSON.stringify(facts) }));
}

/**
 * @throws UsageError if there is no such file
 * @throws DataError if it is not a checkpoint of Nowcast
 */
export function readCheckpoint(path: string): Checkpoint {
  const file = readTensors(path);
  if (!(FACTS in file.metadata))
    throw new DataError(
      `${path} holds weights, but is not a checkpoint of Nowcast; start a new run from it with --weights`,
    );
  return parseCheckpoint(file, path);
}

function parseCheckpoint({ tensors, metadata }: TensorFile, path: string): Checkpoint {
  const facts = JSON.parse(metadata[FACTS]) as CheckpointFacts;
  const network = createNetwork(parseVariant(facts.variant), facts.classNames.length);
  const average = initialWeights(network, 0);
  takeTensors(parameterLayout(network), average, tensors);
  const flat = (name: string): Float32Array => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new DataError(`${path} has no "${name}"; it cannot be resumed`);
    return tensor.data;
  };
  return {
    facts,
    average,
    weights: { parameters: flat(PARAMETERS), statistics: flat(STATISTICS) },
    velocity: flat(VELOCITY),
  };
}

/** A network for inference. */
export type TrainedNetwork = {
  readonly network: Network;
  readonly weights: Weights;
  /** Input size of the network, in pixels. */
  readonly input: Size;
  readonly classNames: readonly string[] | undefined;
};

/**
 * The averaged network of a checkpoint, or plain weights, ours or converted from PyTorch, which do not name their
 * variant.
 * @throws UsageError if there is no such file, or if a variant is named for a checkpoint or missing for weights
 * @throws DataError if it contains neither
 */
export function readTrained(path: string, variant: Variant | undefined): TrainedNetwork {
  const file = readTensors(path);
  if (FACTS in file.metadata) {
    if (variant !== undefined)
      throw new UsageError(`--variant is for random and plain weights; the checkpoint ${path} states its own variant`);
    const {
      facts: { variant: own, classNames, input },
      average,
    } = parseCheckpoint(file, path);
    return { network: createNetwork(own, classNames.length), weights: average, input, classNames };
  }
  if (variant === undefined)
    throw new UsageError(
      `${path} holds plain weights, which do not state their network; name it, such as --variant yolox-nano`,
    );
  const classes = file.tensors.get('head.cls_preds.0.bias');
  if (classes === undefined)
    throw new DataError(`${path} has no "head.cls_preds.0.bias"; it does not hold weights of YOLOX`);
  const network = createNetwork(variant, classes.data.length);
  const weights = initialWeights(network, 0);
  takeTensors(parameterLayout(network), weights, file.tensors);
  return {
    network,
    weights,
    input: testSize(variant),
    classNames: file.classNames,
  };
}

export type TensorFile = ReturnType<typeof parseSafetensors> & {
  /** The classes that it names, if it does. */
  readonly classNames: readonly string[] | undefined;
};

/** The tensors of a safetensors file, ours or one converted from PyTorch. */
export function readTensors(path: string): TensorFile {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new UsageError(`cannot read the weights ${path}: ${(cause as Error).message}`, { cause });
  }
  const file = parseSafetensors(bytes, path);
  const { tensors, metadata } = file;
  const classCount = tensors.get('head.cls_preds.0.bias')?.data.length ?? 0;
  const classNames =
    FACTS in metadata
      ? (JSON.parse(metadata[FACTS]) as CheckpointFacts).classNames
      : parseClassNames(metadata[CLASSES_KEY], classCount);
  return { ...file, classNames };
}
