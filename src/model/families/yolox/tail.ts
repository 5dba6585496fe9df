import { intAttribute, intsAttribute } from '../../onnx/constants.js';
import type { OnnxGraph } from '../../onnx/graph.js';
import type { ShapeInference } from '../../onnx/infer-shapes.js';
import type { NodeProto } from '../../onnx/onnx_pb.js';

/** The steps from a graph's last layer to an output. */
export type Tail = {
  /** Operators that compute; those that only move numbers are left out. */
  readonly operators: ReadonlySet<string>;
  /** A layer with weights stands at its beginning. Graphs made by hand may have none. */
  readonly beginsWithLayer: boolean;
};

/** The columns of a row: 0 to 3 hold the box, the others the scores. */
export type Columns = 'box' | 'scores';

const BOX_COLUMNS = 4;
const LAYERS = new Set([
  'Conv',
  'ConvTranspose',
  'Gemm',
  'MatMul',
  'ConvInteger',
  'QLinearConv',
  'MatMulInteger',
  'QLinearMatMul',
]);
const MOVES = new Set([
  'Identity',
  'Cast',
  'Slice',
  'Split',
  'Squeeze',
  'Unsqueeze',
  'Dropout',
  'QuantizeLinear',
  'DequantizeLinear',
  'Expand',
  'Clip',
  'Gather',
]);

/**
 * Walks from an output back to the layers that feed some of its columns.
 * @param columnAxis the axis of the output along which box and scores lie
 */
export function tailOf(
  graph: OnnxGraph,
  shapes: ShapeInference,
  output: string,
  columnAxis: number,
  columns: Columns,
): Tail {
  const operators = new Set<string>();
  let beginsWithLayer = false;
  const seen = new Set<string>();

  const follow = (value: string, axis: number): void => {
    const node = graph.index.producer(value);
    if (node === undefined || node.opType === 'Constant' || seen.has(`${value} ${axis}`)) return;
    seen.add(`${value} ${axis}`);
    const { opType, input } = node;
    if (LAYERS.has(opType)) beginsWithLayer = true;
    else if (opType === 'Concat') for (const part of partsOf(node, axis)) follow(part, axis);
    else if (opType === 'Transpose') follow(input[0], intsAttribute(node, 'perm')?.[axis] ?? axis);
    else if (opType === 'Reshape' || opType === 'Flatten') follow(input[0], axisBefore(node, axis));
    else if (MOVES.has(opType)) follow(input[0], axis);
    else {
      if (!isBias(node)) operators.add(opType);
      for (const name of input) follow(name, axis);
    }
  };

  /** Of what is put together along the columns, the parts that hold the wanted ones; else all. */
  const partsOf = (node: NodeProto, axis: number): readonly string[] => {
    const rank = shapes.shapeOf(node.output[0])?.length ?? 3;
    const along = intAttribute(node, 'axis') ?? 0;
    if ((along < 0 ? along + rank : along) !== axis) return node.input;
    if (columns === 'scores') return node.input.slice(-1);
    const parts: string[] = [];
    for (let have = 0; have < BOX_COLUMNS && parts.length < node.input.length;) {
      const part = node.input[parts.length];
      parts.push(part);
      have += shapes.shapeOf(part)?.[axis] ?? BOX_COLUMNS;
    }
    return parts;
  };

  /** Rows and columns of a picture are made one axis, before the columns or behind them. */
  const axisBefore = ({ input, output: [after] }: NodeProto, axis: number): number => {
    const [before, now] = [shapes.shapeOf(input[0])?.length ?? 4, shapes.shapeOf(after)?.length ?? 3];
    return axis === now - 1 ? before - 1 : axis;
  };

  /** A number for each channel, added to a layer's result as exporters do that keep it apart. */
  const isBias = ({ opType, input }: NodeProto): boolean =>
    opType === 'Add' &&
    input.some(
      (name) =>
        graph.index.constant(name)?.dims.filter((size) => size > 1n).length === 1 &&
        isLayer(input.find((other) => other !== name)),
    );
  const isLayer = (value = ''): boolean => LAYERS.has(graph.index.producer(value)?.opType ?? '');

  follow(output, columnAxis);
  return { operators, beginsWithLayer };
}
