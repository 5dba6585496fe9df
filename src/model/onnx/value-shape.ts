import { TensorProto_DataType as DataType, type GraphProto, type ValueInfoProto } from './onnx_pb.js';

/** A number for a fixed size; a name, or undefined, for a size that is only known at run time. */
export type Dimension = number | string | undefined;

/** Element type and shape of a graph's input or output. `dims` is undefined if the file does not state a shape. */
export type TensorShape = {
  readonly name: string;
  readonly elemType: DataType;
  readonly dims: readonly Dimension[] | undefined;
};

/** The inputs that a caller feeds; old files list constants among the inputs too. */
export function feedableInputs(graph: GraphProto): TensorShape[] {
  const constants = new Set(graph.initializer.map((tensor) => tensor.name));
  return graph.input.filter((input) => !constants.has(input.name)).map(tensorShape);
}

/** Element type and shape of one value; `UNDEFINED` without a shape if it is not a tensor. */
export function tensorShape(info: ValueInfoProto): TensorShape {
  const tensor = info.type?.value.case === 'tensorType' ? info.type.value.value : undefined;
  return {
    name: info.name,
    elemType: tensor?.elemType ?? DataType.UNDEFINED,
    dims: tensor?.shape?.dim.map(({ value }) =>
      value.case === 'dimValue' && value.value > 0n
        ? Number(value.value)
        : value.case === 'dimParam'
          ? value.value
          : undefined,
    ),
  };
}

/** As people write it: `float32`, `int64`. */
export function typeName({ elemType }: Pick<TensorShape, 'elemType'>): string {
  return elemType === DataType.FLOAT ? 'float32' : DataType[elemType].toLowerCase();
}

/** As people write it: `images float32 [1,3,416,416]`, `x float16 [batch,3,?,?]`. */
export function describeShape({ name, elemType, dims }: TensorShape): string {
  return `${name} ${typeName({ elemType })} [${dims === undefined ? 'no shape given' : dims.map((size) => size ?? '?').join(',')}]`;
}
