import type { Size } from '../../core/letterbox.js';
import { DataType, node, valueInfo } from './build.js';
import type { OnnxModel } from './model-file.js';
import type { GraphProto } from './onnx_pb.js';
import { feedableInputs, tensorShape } from './value-shape.js';

/**
 * Makes the graph's picture input uint8 [1,3,H,W] and its output float32, with a Cast at either end where one is
 * needed. Names of input and output stay; sizes that the file left open become fixed. The new nodes have no name, so
 * that it cannot be one that is taken.
 * @param model one input and one output, as `readModelSpec` checks; changed in place
 */
export function takeUint8(model: OnnxModel, input: Size): void {
  const { graph } = model;
  const [image] = feedableInputs(graph);
  const [output] = graph.output.map(tensorShape);
  if (image.elemType !== DataType.UINT8) {
    const inner = freshName(graph, `${image.name}_cast`);
    renameReads(graph, image.name, inner);
    graph.node.unshift(node('Cast', [image.name], [inner], { to: { int: image.elemType } }, ''));
  }
  graph.input = graph.input.map((info) =>
    info.name === image.name ? valueInfo(image.name, DataType.UINT8, [1, 3, input.height, input.width]) : info);
  if (output.elemType !== DataType.FLOAT) {
    const inner = freshName(graph, `${output.name}_cast`);
    renameReads(graph, output.name, inner);
    for (const { output: written } of graph.node) renameAll(written, output.name, inner);
    graph.node.push(node('Cast', [inner], [output.name], { to: { int: DataType.FLOAT } }, ''));
    graph.output = [valueInfo(output.name, DataType.FLOAT, (output.dims ?? []).map((size, axis) => size ?? `axis${axis}`))];
  }
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
  names.forEach((name, i) => { if (name === from) names[i] = to; });
}

function freshName(graph: GraphProto, wish: string): string {
  const taken = new Set(graph.node.flatMap(({ output }) => output));
  let name = wish;
  while (taken.has(name)) name += '_';
  return name;
}
