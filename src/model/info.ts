import { TensorProto_DataType as DataType, type GraphProto } from './onnx/onnx_pb.js';
import { readModel, type ModelSpec, type ReadOptions } from './model-spec.js';

/** The contents of a model file, for people. */
export type ModelInfo = {
  readonly spec: ModelSpec;
  /** Bytes of the file, plus those of weights in other files. */
  readonly bytes: number;
  /** Number of weights and biases as the file has them, with batch normalisation folded or not. */
  readonly parameters: number;
  /** Version of ONNX's operators. */
  readonly opset: number;
  readonly nodes: number;
  /** The program that wrote the file; empty if the file does not state it. */
  readonly producer: string;
};

/**
 * @throws ModelError as `readModelSpec` does
 */
export async function modelInfo(path: string, options: ReadOptions = {}): Promise<ModelInfo> {
  const { spec, model, totalBytes } = await readModel(path, options);
  return {
    spec,
    bytes: totalBytes,
    parameters: parameterCount(model.graph),
    opset: Number(model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0),
    nodes: model.graph.node.length,
    producer: `${model.producerName} ${model.producerVersion}`.trim(),
  };
}

/** Real numbers with at least one dimension: shapes and indices are integers, single numbers are settings. */
function parameterCount({ initializer, node }: GraphProto): number {
  const constants = node
    .filter(({ opType }) => opType === 'Constant')
    .flatMap(({ attribute }) => attribute.flatMap(({ t }) => t ?? []));
  return [...initializer, ...constants]
    .filter(({ dims, dataType }) => dims.length > 0 && REAL.has(dataType))
    .reduce((sum, { dims }) => sum + dims.reduce((product, size) => product * Number(size), 1), 0);
}

const REAL = new Set([DataType.FLOAT, DataType.FLOAT16, DataType.BFLOAT16, DataType.DOUBLE]);
