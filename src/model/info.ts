import { TensorProto_DataType as DataType, type GraphProto } from './onnx/onnx_pb.js';
import { readModel, type ModelSpec, type ReadOptions } from './model-spec.js';

/** What a model file holds, for people. */
export type ModelInfo = {
  readonly spec: ModelSpec;
  /** Of the file, and of those of its weights where they lie in other files. */
  readonly bytes: number;
  /** Weights and biases, with batch normalisation folded or not, as the file has it. */
  readonly parameters: number;
  /** Of ONNX's own operators. */
  readonly opset: number;
  readonly nodes: number;
  /** The program that wrote the file; empty where it does not say. */
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
