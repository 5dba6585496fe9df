import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { OnnxModel } from './model-file.js';
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
  type TensorShapeProto_DimensionSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './onnx_pb.js';

export { DataType };

/** Elements of a tensor. float16 comes as its bits, in a Uint16Array; bfloat16 and others are not supported. */
export type TensorData =
  Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | Int8Array | Uint16Array;

/** An attribute's value. Its kind is explicit, because 1 may be an integer or a real number. */
export type AttributeValue =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly string: string }
  | { readonly tensor: TensorProto };

/**
 * One operation. Names of values connect nodes; an empty input name omits an optional input.
 * @param name unique in its graph, or empty; runtimes use it in messages
 */
export function node(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  name = outputs[0] ?? '',
): NodeProto {
  return create(NodeProtoSchema, {
    opType,
    name,
    input: [...inputs],
    output: [...outputs],
    attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
  });
}

/**
 * A constant: an initializer, or the value of a tensor attribute. `data` is row by row and not copied on little-endian
 * machines.
 */
export function tensor(name: string, dims: readonly number[], data: TensorData): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: dataTypeOf(data),
    rawData: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
  });
}

/** A value's name, element type and shape; a string as dimension names a size that is known only at run time. */
export function valueInfo(name: string, elemType: DataType, dims: readonly (number | string)[]): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType, shape: { dim: dims.map(dimension) } } } },
  });
}

function dimension(size: number | string): MessageInitShape<typeof TensorShapeProto_DimensionSchema> {
  return {
    value: typeof size === 'number' ? { case: 'dimValue', value: BigInt(size) } : { case: 'dimParam', value: size },
  };
}

export type GraphParts = {
  readonly name: string;
  readonly inputs: readonly ValueInfoProto[];
  readonly outputs: readonly ValueInfoProto[];
  readonly initializers: readonly TensorProto[];
  /** Each node comes after the nodes that it reads from. */
  readonly nodes: readonly NodeProto[];
};

/**
 * A whole model of ONNX's own operators. IR version 8 belongs to opset 17 and is readable by every runtime since 2022.
 */
export function onnxModel(
  parts: GraphParts,
  {
    opset = 17,
    metadata = {},
  }: {
    readonly opset?: number;
    readonly metadata?: Readonly<Record<string, string>>;
  } = {},
): OnnxModel {
  const graph: GraphProto = create(GraphProtoSchema, {
    name: parts.name,
    input: [...parts.inputs],
    output: [...parts.outputs],
    initializer: [...parts.initializers],
    node: [...parts.nodes],
  });
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    producerName: 'nowcast',
    opsetImport: [{ domain: '', version: BigInt(opset) }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  });
  return Object.assign(model, { graph });
}

function attribute(name: string, value: AttributeValue): AttributeProto {
  return create(AttributeProtoSchema, { name, ...fields(value) });
}

function fields(value: AttributeValue) {
  if ('int' in value) return { type: AttributeType.INT, i: BigInt(value.int) };
  if ('ints' in value) return { type: AttributeType.INTS, ints: value.ints.map(BigInt) };
  if ('float' in value) return { type: AttributeType.FLOAT, f: value.float };
  if ('floats' in value) return { type: AttributeType.FLOATS, floats: [...value.floats] };
  if ('string' in value) return { type: AttributeType.STRING, s: new TextEncoder().encode(value.string) };
  return { type: AttributeType.TENSOR, t: value.tensor };
}

function dataTypeOf(data: TensorData): DataType {
  if (data instanceof Float32Array) return DataType.FLOAT;
  if (data instanceof Float64Array) return DataType.DOUBLE;
  if (data instanceof Int32Array) return DataType.INT32;
  if (data instanceof BigInt64Array) return DataType.INT64;
  if (data instanceof Uint8Array) return DataType.UINT8;
  if (data instanceof Int8Array) return DataType.INT8;
  return DataType.FLOAT16;
}
