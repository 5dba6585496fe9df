import { GraphIndex } from './constants.js';
import { ShapeInference, type InferredShape } from './infer-shapes.js';
import type { OnnxModel } from './model-file.js';
import type { GraphProto } from './onnx_pb.js';
import { feedableInputs, tensorShape, type TensorShape } from './value-shape.js';

/** A read-only view of a model's graph. */
export class OnnxGraph {
  /** The file's path, for messages. */
  readonly path: string;
  readonly graph: GraphProto;
  readonly index: GraphIndex;
  readonly inputs: readonly TensorShape[];
  readonly outputs: readonly TensorShape[];

  constructor({ graph }: OnnxModel, path: string) {
    this.path = path;
    this.graph = graph;
    this.index = new GraphIndex(graph);
    this.inputs = feedableInputs(graph);
    this.outputs = graph.output.map(tensorShape);
  }

  /** Infers shapes at an image input of this shape. */
  shapesAt(image: string, shape: readonly number[]): ShapeInference {
    const inputs = this.inputs.map(({ name, dims }): [string, InferredShape] => [
      name,
      name === image ? shape : dims?.map((size) => (typeof size === 'number' ? size : undefined)),
    ]);
    return new ShapeInference(this.index, new Map(inputs));
  }
}

/** A shape whose open sizes are replaced by inferred ones. */
export function closedShape({ dims }: Pick<TensorShape, 'dims'>, inferred: InferredShape): InferredShape {
  const known = dims?.map((size, axis) => (typeof size === 'number' ? size : inferred?.[axis]));
  return known ?? inferred;
}
