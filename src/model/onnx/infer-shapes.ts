import { intAttribute, intsAttribute, tensorInts, type GraphIndex } from './constants.js';
import type { NodeProto } from './onnx_pb.js';

/**
 * Size along each axis, undefined for an unknown size. The whole shape is undefined if even its number of axes is
 * unknown.
 */
export type InferredShape = readonly (number | undefined)[] | undefined;

/** Operators that keep the shape of their first input. */
const SAME_SHAPE = new Set([
  'Abs',
  'Cast',
  'Clip',
  'Dropout',
  'DequantizeLinear',
  'Elu',
  'Erf',
  'Exp',
  'HardSigmoid',
  'Identity',
  'LeakyRelu',
  'Log',
  'Neg',
  'QuantizeLinear',
  'Reciprocal',
  'Relu',
  'Sigmoid',
  'Softmax',
  'Softplus',
  'Sqrt',
  'Tanh',
]);
const BROADCAST = new Set(['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min', 'Where']);
const REDUCE = /^Reduce/;

/**
 * Shapes of a graph's values, from its constants and the given shapes of its inputs. It supports the operators between
 * a detector's last convolutions and its outputs; other shapes stay undefined.
 *
 * `torch.onnx.export` with dynamic axes states no output size at all, although weights and constants fix most of them.
 */
export class ShapeInference {
  readonly #index: GraphIndex;
  readonly #shapes: Map<string, InferredShape>;

  constructor(index: GraphIndex, inputs: ReadonlyMap<string, InferredShape>) {
    this.#index = index;
    this.#shapes = new Map(inputs);
  }

  shapeOf(value: string): InferredShape {
    if (!this.#shapes.has(value)) {
      // A graph must not read its own results; the recursion ends for such a file, too.
      this.#shapes.set(value, undefined);
      this.#shapes.set(value, this.#infer(value));
    }
    return this.#shapes.get(value);
  }

  #infer(value: string): InferredShape {
    const constant = this.#index.constant(value);
    if (constant !== undefined) return constant.dims.map(Number);
    const node = this.#index.producer(value);
    if (node === undefined) return undefined;
    const { opType, input } = node;
    if (SAME_SHAPE.has(opType)) return this.shapeOf(input[0]);
    if (BROADCAST.has(opType)) return broadcast(input.map((name) => this.shapeOf(name)));
    if (REDUCE.test(opType)) return this.#reduced(node);
    switch (opType) {
      case 'Conv': {
        const weights = this.shapeOf(input[1]);
        return weights?.map((_, axis) => (axis === 1 ? weights[0] : undefined));
      }
      case 'Concat':
        return this.#concatenated(node);
      case 'Transpose': {
        const shape = this.shapeOf(input[0]);
        const order = intsAttribute(node, 'perm');
        return order === undefined ? shape?.toReversed() : order.map((axis) => shape?.[axis]);
      }
      case 'Flatten': {
        const shape = this.shapeOf(input[0]);
        const axis = intAttribute(node, 'axis') ?? 1;
        return [product(shape?.slice(0, axis)), product(shape?.slice(axis))];
      }
      case 'Reshape':
        return this.#reshaped(node);
      case 'Slice':
        return this.#sliced(node);
      case 'Split':
        return this.#split(node, value);
      case 'MatMul': {
        const [left, right] = [this.shapeOf(input[0]), this.shapeOf(input[1])];
        return left === undefined ? undefined : [...left.slice(0, -1), right?.at(-1)];
      }
      default:
        return undefined;
    }
  }

  #reduced(node: NodeProto): InferredShape {
    const shape = this.shapeOf(node.input[0]);
    const axes = intsAttribute(node, 'axes') ?? (node.input[1] === undefined ? undefined : this.#ints(node.input[1]));
    const isReduced = (axis: number): boolean =>
      axes === undefined || axes.includes(axis) || axes.includes(axis - shape!.length);
    const keeps = (intAttribute(node, 'keepdims') ?? 1) === 1;
    return keeps
      ? shape?.map((size, axis) => (isReduced(axis) ? 1 : size))
      : shape?.filter((_, axis) => !isReduced(axis));
  }

  #concatenated(node: NodeProto): InferredShape {
    const shapes = node.input.map((name) => this.shapeOf(name));
    const rank = shapes.find((shape) => shape !== undefined)?.length;
    if (rank === undefined) return undefined;
    const axis = fromFront(intAttribute(node, 'axis') ?? 0, rank);
    return Array.from({ length: rank }, (_, i) =>
      i === axis
        ? shapes.reduce<number | undefined>((sum, shape) => add(sum, shape?.[i]), 0)
        : shapes.find((shape) => shape?.[i] !== undefined)?.[i],
    );
  }

  #reshaped({ input }: NodeProto): InferredShape {
    const wanted = this.#ints(input[1]);
    const before = this.shapeOf(input[0]);
    const after = wanted?.map((size, axis) => (size === 0 ? before?.[axis] : size));
    const open = after?.indexOf(-1) ?? -1;
    if (after === undefined || open < 0) return after;
    const [total, others] = [product(before), product(after.filter((_, axis) => axis !== open))];
    return after.map((size, axis) =>
      axis !== open ? size : total === undefined || others === undefined ? undefined : total / others,
    );
  }

  #sliced(node: NodeProto): InferredShape {
    const shape = this.shapeOf(node.input[0]);
    const [starts, ends, axes, steps] = ['starts', 'ends', 'axes', 'steps'].map(
      (name, i) =>
        intsAttribute(node, name) ?? (node.input[i + 1] === undefined ? undefined : this.#ints(node.input[i + 1])),
    );
    if (shape === undefined || starts === undefined || ends === undefined) return undefined;
    const cut = new Map(
      starts.map((start, i) => [
        fromFront(axes?.[i] ?? i, shape.length),
        { start, end: ends[i], step: steps?.[i] ?? 1 },
      ]),
    );
    return shape.map((size, axis) => {
      const range = cut.get(axis);
      if (range === undefined) return size;
      const { start, end, step } = range;
      if (size === undefined || start === undefined || end === undefined || step < 1) return undefined;
      const at = (position: number): number => Math.min(size, Math.max(0, position < 0 ? position + size : position));
      return Math.max(0, Math.ceil((at(end) - at(start)) / step));
    });
  }

  #split(node: NodeProto, value: string): InferredShape {
    const shape = this.shapeOf(node.input[0]);
    if (shape === undefined) return undefined;
    const axis = fromFront(intAttribute(node, 'axis') ?? 0, shape.length);
    const sizes = intsAttribute(node, 'split') ?? (node.input[1] === undefined ? undefined : this.#ints(node.input[1]));
    const whole = shape[axis];
    const even = whole === undefined ? undefined : Math.ceil(whole / node.output.length);
    return shape.map((size, i) => (i === axis ? (sizes?.[node.output.indexOf(value)] ?? even) : size));
  }

  /** The whole numbers of a value that is computed from shapes and constants. */
  #ints(value: string): (number | undefined)[] | undefined {
    const constant = this.#index.constant(value);
    if (constant !== undefined) return tensorInts(constant);
    const node = this.#index.producer(value);
    if (node === undefined) return undefined;
    switch (node.opType) {
      case 'Constant': {
        const single = intAttribute(node, 'value_int');
        return single === undefined ? intsAttribute(node, 'value_ints') : [single];
      }
      case 'Shape': {
        const shape = this.shapeOf(node.input[0]);
        return shape?.slice(intAttribute(node, 'start') ?? 0, intAttribute(node, 'end') ?? shape.length);
      }
      case 'Cast':
      case 'Identity':
      case 'Squeeze':
      case 'Unsqueeze':
        return this.#ints(node.input[0]);
      case 'Concat': {
        const parts = node.input.map((name) => this.#ints(name));
        return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
      }
      case 'Gather': {
        const from = this.#ints(node.input[0]);
        return this.#ints(node.input[1])?.map((position) => (position === undefined ? undefined : from?.at(position)));
      }
      case 'Slice': {
        const [start, end] = ['starts', 'ends'].map(
          (name, i) => (intsAttribute(node, name) ?? this.#ints(node.input[i + 1] ?? ''))?.[0],
        );
        return start === undefined || end === undefined ? undefined : this.#ints(node.input[0])?.slice(start, end);
      }
      default:
        return undefined;
    }
  }
}

function fromFront(axis: number | undefined, rank: number): number {
  return axis !== undefined && axis < 0 ? axis + rank : (axis ?? 0);
}

function add(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

function product(sizes: InferredShape): number | undefined {
  return sizes?.reduce<number | undefined>(
    (all, size) => (all === undefined || size === undefined ? undefined : all * size),
    1,
  );
}

/** Axes are counted from the last one. An unknown size may be 1, and then the other input's size decides. */
function broadcast(shapes: readonly InferredShape[]): InferredShape {
  if (shapes.some((shape) => shape === undefined)) return undefined;
  const rank = Math.max(...shapes.map((shape) => shape!.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => (axis - rank + shape!.length < 0 ? 1 : shape!.at(axis - rank)));
    return sizes.find((size) => size !== undefined && size !== 1) ?? (sizes.includes(undefined) ? undefined : 1);
  });
}
