import { halfFloat } from '../../core/half-float.js';
import { DataType } from './build.js';
import type { OnnxModel } from './model-file.js';
import type { AttributeProto, GraphProto, TensorProto, ValueInfoProto } from './onnx_pb.js';

/** Attributes that name an element type. */
const TYPE_ATTRIBUTES = ['to', 'dtype'];

/**
 * Makes a network that computes in half precision compute in single precision: its constants, its Casts and the stated
 * types of its values, inputs and outputs. Every half-precision number is a single-precision one, so nothing is lost.
 * @param model changed in place
 * @returns the model
 */
export function toSinglePrecision(model: OnnxModel): OnnxModel {
  widenGraph(model.graph);
  return model;
}

function widenGraph(graph: GraphProto): void {
  graph.initializer.forEach(widenTensor);
  for (const info of [...graph.input, ...graph.output, ...graph.valueInfo]) widenInfo(info);
  for (const { attribute } of graph.node) attribute.forEach(widenAttribute);
}

function widenAttribute(attribute: AttributeProto): void {
  if (TYPE_ATTRIBUTES.includes(attribute.name) && attribute.i === BigInt(DataType.FLOAT16))
    attribute.i = BigInt(DataType.FLOAT);
  for (const tensor of [attribute.t, ...attribute.tensors]) if (tensor !== undefined) widenTensor(tensor);
  for (const inner of [attribute.g, ...attribute.graphs]) if (inner !== undefined) widenGraph(inner);
}

function widenInfo({ type }: ValueInfoProto): void {
  if (type?.value.case === 'tensorType' && type.value.value.elemType === DataType.FLOAT16)
    type.value.value.elemType = DataType.FLOAT;
}

function widenTensor(tensor: TensorProto): void {
  if (tensor.dataType !== DataType.FLOAT16) return;
  const bits = halfBits(tensor);
  const wide = new DataView(new ArrayBuffer(4 * bits.length));
  bits.forEach((half, i) => wide.setFloat32(4 * i, halfFloat(half), true));
  tensor.dataType = DataType.FLOAT;
  tensor.int32Data = [];
  tensor.rawData = new Uint8Array(wide.buffer);
}

/** From either of the two places where a file may keep them. */
function halfBits({ rawData, int32Data }: TensorProto): Uint16Array | number[] {
  if (rawData === undefined || rawData.length === 0) return int32Data;
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  return Uint16Array.from({ length: rawData.length / 2 }, (_, i) => view.getUint16(2 * i, true));
}
