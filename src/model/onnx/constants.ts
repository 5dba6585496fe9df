import {
  TensorProto_DataType as DataType,
  type AttributeProto,
  type GraphProto,
  type NodeProto,
  type TensorProto,
} from './onnx_pb.js';

/** An attribute of a node, by name. */
export function attributeOf({ attribute }: NodeProto, name: string): AttributeProto | undefined {
  return attribute.find((candidate) => candidate.name === name);
}

/** An integer attribute. */
export function intAttribute(node: NodeProto, name: string): number | undefined {
  const found = attributeOf(node, name);
  return found === undefined ? undefined : Number(found.i);
}

/** A list of integers. */
export function intsAttribute(node: NodeProto, name: string): number[] | undefined {
  return attributeOf(node, name)?.ints.map(Number);
}

/** The whole numbers in a tensor of int64 or int32; undefined for other types. */
export function tensorInts({ dataType, rawData, int64Data, int32Data }: TensorProto): number[] | undefined {
  if (dataType !== DataType.INT64 && dataType !== DataType.INT32) return undefined;
  if (rawData.length === 0) return (dataType === DataType.INT64 ? int64Data : int32Data).map(Number);
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  return dataType === DataType.INT64
    ? Array.from({ length: rawData.length / 8 }, (_, i) => Number(view.getBigInt64(i * 8, true)))
    : Array.from({ length: rawData.length / 4 }, (_, i) => view.getInt32(i * 4, true));
}

/** The node that makes each value, and the constants among the values. */
export class GraphIndex {
  readonly #producers: ReadonlyMap<string, NodeProto>;
  readonly #constants = new Map<string, TensorProto>();

  constructor({ node, initializer }: GraphProto) {
    this.#producers = new Map(node.flatMap((one) => one.output.map((name) => [name, one] as const)));
    for (const tensor of initializer) this.#constants.set(tensor.name, tensor);
    for (const one of node) {
      const value = one.opType === 'Constant' ? attributeOf(one, 'value')?.t : undefined;
      if (value !== undefined) this.#constants.set(one.output[0], value);
    }
  }

  /** Undefined for inputs and for constants of the file. */
  producer(value: string): NodeProto | undefined {
    return this.#producers.get(value);
  }

  constant(value: string): TensorProto | undefined {
    return this.#constants.get(value);
  }
}
