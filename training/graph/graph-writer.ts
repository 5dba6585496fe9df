import { node, tensor, type AttributeValue } from '../../src/model/onnx/build.js';
import type { NodeProto, TensorProto } from '../../src/model/onnx/onnx_pb.js';

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Collects the nodes and constants of an ONNX graph. Values are names; equal constants are written once. */
export class GraphWriter {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  readonly #once = new Map<string, string>();
  #count = 0;

  /**
   * Adds an operation with one output.
   * @param output its name, if the graph's caller reads it
   */
  op(type: string, inputs: readonly string[], attributes: Attributes = {}, output = this.#name(type)): string {
    this.nodes.push(node(type, inputs, [output], attributes));
    return output;
  }

  /** Adds an operation with several outputs. */
  outputs(type: string, inputs: readonly string[], count: number, attributes: Attributes = {}): string[] {
    const names = Array.from({ length: count }, () => this.#name(type));
    this.nodes.push(node(type, inputs, names, attributes));
    return names;
  }

  /** The result of the first `make` under `key`. */
  once(key: string, make: () => string): string {
    let name = this.#once.get(key);
    if (name === undefined) this.#once.set(key, (name = make()));
    return name;
  }

  /** A separate constant, never shared. */
  constant(dims: readonly number[], data: Float32Array | Uint16Array | BigInt64Array): string {
    const name = this.#name('Constant');
    this.initializers.push(tensor(name, dims, data));
    return name;
  }

  /** A list of int64. */
  ints(...values: readonly number[]): string {
    return this.once(`ints ${String(values)}`, () =>
      this.constant([values.length], BigInt64Array.from(values, BigInt)),
    );
  }

  /** A list of float32. */
  floats(...values: readonly number[]): string {
    return this.once(`floats ${String(values)}`, () => this.constant([values.length], Float32Array.from(values)));
  }

  reshape(value: string, ...shape: readonly number[]): string {
    return this.op('Reshape', [value, this.ints(...shape)]);
  }

  concat(values: readonly string[], axis: number, output?: string): string {
    if (values.length === 1 && output === undefined) return values[0];
    return this.op('Concat', values, { axis: { int: axis } }, output);
  }

  split(value: string, sizes: readonly number[], axis: number): string[] {
    if (sizes.length === 1) return [value];
    return this.outputs('Split', [value, this.ints(...sizes)], sizes.length, { axis: { int: axis } });
  }

  transpose(value: string, ...perm: readonly number[]): string {
    return this.op('Transpose', [value], { perm: { ints: perm } });
  }

  #name(type: string): string {
    return `${type}_${this.#count++}`;
  }
}
