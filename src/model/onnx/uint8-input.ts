import type { Size } from '../../core/size.js';
import { DataType, node, tensor, valueInfo } from './build.js';
import type { OnnxModel } from './model-file.js';
import type { GraphProto } from './onnx_pb.js';
import { feedableInputs, tensorShape } from './value-shape.js';

/**
 * The value that a network takes for a byte `x` of channel `c`: `(x - mean[c]) / std[c]`. In the order of its channels.
 */
export type Normalisation = { readonly mean: readonly number[]; readonly std: readonly number[] };

/** An input with the same value for every picture. */
export type ConstantInput = { readonly name: string; readonly values: readonly number[] };

/** The edit that lets a graph take pictures as they lie in memory. */
export type GraphEdit = {
  /** Name of the picture's input. */
  readonly image: string;
  readonly input: Size;
  /** Built into the graph; absent if the network takes the bytes' own values. */
  readonly normalisation?: Normalisation;
  /** All other inputs. They become constants of the graph, int64 [1, n]. */
  readonly constants: readonly ConstantInput[];
  /** Names of the outputs to keep. */
  readonly outputs: readonly string[];
};

/**
 * Makes the picture's input uint8 [1,3,H,W] and every output float32, with a Cast where one is needed, and removes the
 * other inputs. Names of inputs and outputs stay; sizes that the file left open become fixed. The new nodes have no
 * name, so that no name can clash.
 * @param model changed in place
 */
export function takeUint8({ graph }: OnnxModel, { image, input, normalisation, constants, outputs }: GraphEdit): void {
  const { elemType } = feedableInputs(graph).find(({ name }) => name === image)!;
  if (elemType !== DataType.UINT8) {
    const inner = freshName(graph, `${image}_cast`);
    renameReads(graph, image, inner);
    graph.node.unshift(
      ...(normalisation === undefined ? [] : normalised(graph, image, inner, elemType, normalisation)),
    );
    if (normalisation === undefined) graph.node.unshift(node('Cast', [image], [inner], { to: { int: elemType } }, ''));
  }
  graph.input = graph.input
    .filter(({ name }) => !constants.some((constant) => constant.name === name))
    .map((info) => (info.name === image ? valueInfo(image, DataType.UINT8, [1, 3, input.height, input.width]) : info));
  for (const { name, values } of constants)
    graph.initializer.push(tensor(name, [1, values.length], BigInt64Array.from(values, BigInt)));
  graph.output = outputs.map((name) => graph.output.find((output) => output.name === name)!);
  for (const output of graph.output.map(tensorShape)) if (output.elemType !== DataType.FLOAT) castOutput(graph, output);
}

/** In float32, whatever type the network computes in: half precision would round the differences. */
function normalised(
  graph: GraphProto,
  image: string,
  into: string,
  elemType: DataType,
  { mean, std }: Normalisation,
): ReturnType<typeof node>[] {
  const fresh = (what: string): string => freshName(graph, `${image}_${what}`);
  const [real, shifted, scaled, means, scales] = ['float', 'shifted', 'scaled', 'mean', 'scale'].map(fresh);
  const isShifted = mean.some((value) => value !== 0);
  graph.initializer.push(
    tensor(
      scales,
      [1, 3, 1, 1],
      Float32Array.from(std, (value) => 1 / value),
    ),
  );
  if (isShifted) graph.initializer.push(tensor(means, [1, 3, 1, 1], Float32Array.from(mean)));
  return [
    node('Cast', [image], [real], { to: { int: DataType.FLOAT } }, ''),
    ...(isShifted ? [node('Sub', [real, means], [shifted], {}, '')] : []),
    node('Mul', [isShifted ? shifted : real, scales], [scaled], {}, ''),
    node('Cast', [scaled], [into], { to: { int: elemType } }, ''),
  ];
}

function castOutput(graph: GraphProto, output: ReturnType<typeof tensorShape>): void {
  const inner = freshName(graph, `${output.name}_cast`);
  renameReads(graph, output.name, inner);
  for (const { output: written } of graph.node) renameAll(written, output.name, inner);
  graph.node.push(node('Cast', [inner], [output.name], { to: { int: DataType.FLOAT } }, ''));
  graph.output = graph.output.map((info) =>
    info.name !== output.name
      ? info
      : valueInfo(
          output.name,
          DataType.FLOAT,
          (output.dims ?? []).map((size, axis) => size ?? `axis${axis}`),
        ),
  );
}

/** Also inside the branches of control flow, which may read values of the graph around them. */
function renameReads(graph: GraphProto, from: string, to: string): void {
  for (const { input, attribute } of graph.node) {
    renameAll(input, from, to);
    for (const { g, graphs } of attribute) {
      for (const inner of g === undefined ? graphs : [g, ...graphs]) renameReads(inner, from, to);
    }
  }
}

function renameAll(names: string[], from: string, to: string): void {
  names.forEach((name, i) => {
    if (name === from) names[i] = to;
  });
}

function freshName(graph: GraphProto, wish: string): string {
  const taken = new Set([...graph.node.flatMap(({ output }) => output), ...graph.initializer.map(({ name }) => name)]);
  let name = wish;
  while (taken.has(name)) name += '_';
  return name;
}
