import type { Size } from '../../../core/size.js';
import type { DetectorFamily, Recognised } from '../../family.js';
import { closedShape, type OnnxGraph } from '../../onnx/graph.js';
import type { InferredShape, ShapeInference } from '../../onnx/infer-shapes.js';
import type { TensorShape } from '../../onnx/value-shape.js';
import { imageSize, problemOfImage, REAL_TYPES } from '../image-input.js';
import { createDecoder, type YoloxForm } from './decode.js';
import { anchorCount, STRIDES } from './grid.js';
import { judge } from './judge.js';
import { tailOf } from './tail.js';

const LARGEST_STRIDE = Math.max(...STRIDES);
/** Boxes for each cell of YOLOv3 to YOLOv7. */
const ANCHORS = 3;
const BYTES = 255;
const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/** Bytes become numbers from 0 to 1. */
const UNIT = { mean: [0, 0, 0], std: [BYTES, BYTES, BYTES] } as const;

/** Operators by which a graph decodes its boxes: `(xy + cell) * stride`, `exp(wh) * stride`. */
const DECODING = new Set(['Exp', 'Add', 'Mul', 'ScatterND']);
/** One of these makes probabilities of scores; a runtime may take the sigmoid apart. */
const PROBABILITIES = ['Sigmoid', 'HardSigmoid', 'Softmax', 'Reciprocal', 'Div'];

/**
 * YOLOX in the forms in which it is exported: rows [1, cells, 5 + classes] undecoded or decoded in the graph
 * (`--decode_in_inference`), or one output [1, 5 + classes, rows, columns] for each of its three levels, or three
 * (classes, box, objectness; MMDetection); scores before or after the sigmoid. The graph's last operators tell these
 * apart, where its shapes do not.
 */
export const yolox: DetectorFamily = {
  name: 'yolox',
  signature:
    '[1,3,H,W] and gives [1,cells,5+classes], cells = HW/64 + HW/256 + HW/1024, or for each of three levels [1,5+classes,h,w], or [1,classes,h,w], [1,4,h,w] and [1,1,h,w]',
  preprocessing: {
    standard: { layout: {} },
    // YOLOX before 0.1.1, ByteTrack and other projects that began with it.
    legacy: {
      layout: { channels: 'rgb' },
      normalisation: {
        mean: IMAGENET.mean.map((value) => value * BYTES),
        std: IMAGENET.std.map((value) => value * BYTES),
      },
    },
    // Networks of the same form from other projects.
    rgb: { layout: { channels: 'rgb' } },
    unit: { layout: { channels: 'rgb' }, normalisation: UNIT },
    'bgr-unit': { layout: {}, normalisation: UNIT },
  },
  recognise(graph, asked) {
    const {
      inputs: [image],
      outputs,
    } = graph;
    const form = FORMS.get(outputs.length);
    if (graph.inputs.length !== 1 || form === undefined) {
      return `it must have one input, and one output, three or nine; it has ${graph.inputs.length} and ${outputs.length}`;
    }
    const problem = problemOfImage(image);
    if (problem !== undefined) return problem;
    const wrongType = outputs.some(({ elemType }) => !REAL_TYPES.has(elemType));
    if (wrongType) return 'its output must be float32 or float16';
    const input = imageSize(image.dims!, asked, graph.path, LARGEST_STRIDE);
    if (input.width % LARGEST_STRIDE !== 0 || input.height % LARGEST_STRIDE !== 0) {
      return `its input of ${input.width}x${input.height} is not a multiple of ${LARGEST_STRIDE}`;
    }
    const shapes = graph.shapesAt(image.name, [1, 3, input.height, input.width]);
    if (outputs.length > 1) {
      const open = outputs.find((output) =>
        closedShape(output, shapes.shapeOf(output.name))?.slice(2).includes(undefined),
      );
      if (open !== undefined)
        return `rows and columns of its output ${open.name} are open; export the model at a fixed input size`;
    }
    const found = form(graph, shapes, input);
    return typeof found === 'string' ? found : { image: image.name, input, preprocess: 'standard', ...found };
  },
  judge: (form, outputs, facts) => judge(form as YoloxForm, outputs, facts),
  createDecoder: (form, options) => createDecoder(form as YoloxForm, options),
};

type Found = Pick<Recognised, 'form' | 'outputs' | 'classCount'>;

/** By the number of outputs. */
const FORMS = new Map([
  [1, recogniseRows],
  [STRIDES.length, recogniseLevels],
  [3 * STRIDES.length, recogniseSplitLevels],
]);

function recogniseRows(graph: OnnxGraph, shapes: ShapeInference, input: Size): Found | string {
  const [output] = graph.outputs;
  const shape = closedShape(output, shapes.shapeOf(output.name));
  if (shape?.length !== 3) return 'its output must have three dimensions';
  const [batch, cells, values] = shape;
  const wanted = anchorCount(input);
  const other = otherRows(cells, values, wanted);
  if (isFixed(output, 0) && batch !== 1) return `its output's batch size must be 1, not ${batch}`;
  if (cells !== undefined && cells !== wanted)
    return `at ${input.width}x${input.height} its output must have ${wanted} rows, not ${cells}${other}`;
  if (values === undefined)
    return 'the last dimension of its output, 5 + classes, must be fixed; export it without --dynamic';
  if (values < 6) return `its output must have at least 6 values a row, not ${values}`;

  const box = tailOf(graph, shapes, output.name, 2, 'box');
  const isDecoded = box.operators.has('Exp');
  const foreign = [...box.operators].filter((operator) => !isDecoded || !DECODING.has(operator));
  if (foreign.length > 0 && (box.beginsWithLayer || isDecoded))
    return `its graph decodes the boxes itself, and not as YOLOX does (it holds ${foreign.sort().join(', ')})`;
  const scores = scoresOf(graph, shapes, output.name, 2);
  return {
    form: isDecoded ? `decoded ${scores}` : `undecoded ${scores}`,
    outputs: [output.name],
    classCount: values - 5,
  };
}

/** Rows of other networks, by their number: "(…)" or nothing. */
function otherRows(cells: number | undefined, values: number | undefined, wanted: number): string {
  if (values === wanted) return ' (rows and columns are exchanged, as in YOLOv8 and later, whose rows lack objectness)';
  if (cells === ANCHORS * wanted) return ` (${ANCHORS} boxes for each cell, as in YOLOv3 to YOLOv7)`;
  if (values === 6) return ' (finished boxes after suppression, as of an end-to-end export)';
  return '';
}

function recogniseLevels(graph: OnnxGraph, shapes: ShapeInference, input: Size): Found | string {
  const levels = graph.outputs.map((output) => ({ output, shape: closedShape(output, shapes.shapeOf(output.name)) }));
  const ordered = STRIDES.map((stride) => levels.find(({ shape }) => isLevel(shape, input, stride)));
  const [first] = ordered;
  const values = first?.shape?.[1];
  if (values === undefined || ordered.some((level) => level?.shape?.[1] !== values)) {
    const sizes = STRIDES.map((stride) => `${input.height / stride},${input.width / stride}`).map(
      (size) => `[1,5+classes,${size}]`,
    );
    return `its three outputs must be ${sizes.join(', ')}`;
  }
  if (values < 6) return `its outputs must have at least 6 channels, not ${values}`;
  const outputs = ordered.map((level) => level!.output.name);
  for (const name of outputs) {
    const { operators, beginsWithLayer } = tailOf(graph, shapes, name, 1, 'box');
    if (operators.size > 0 && beginsWithLayer)
      return `its three outputs must hold undecoded boxes, but the graph computes with them (it holds ${[...operators].sort().join(', ')})`;
  }
  return { form: `three heads ${scoresOf(graph, shapes, outputs[0], 1)}`, outputs, classCount: values - 5 };
}

function recogniseSplitLevels(graph: OnnxGraph, shapes: ShapeInference, input: Size): Found | string {
  const levels = graph.outputs.map((output) => ({ output, shape: closedShape(output, shapes.shapeOf(output.name)) }));
  const heads: (readonly [Head, Head, Head])[] = [];
  for (const stride of STRIDES) {
    const level = levels
      .filter(({ shape }) => isLevel(shape, input, stride))
      .map(({ output: { name }, shape }) => ({ name, channels: shape![1] }));
    const ordered = classesBoxObjectness(level);
    if (ordered === undefined || ordered[0].channels !== (heads[0] ?? ordered)[0].channels) {
      const size = `${input.height / stride},${input.width / stride}`;
      const found = level.map(({ channels }) => `[1,${channels ?? '?'},${size}]`).join(', ') || 'none';
      return `of its nine outputs, three must be [1,classes,${size}], [1,4,${size}] and [1,1,${size}], in this order for 1 or 4 classes; those of this size are ${found}`;
    }
    heads.push(ordered);
  }
  for (const [, { name }] of heads) {
    const { operators, beginsWithLayer } = tailOf(graph, shapes, name, 1, 'box');
    if (operators.size > 0 && beginsWithLayer)
      return `its nine outputs must hold undecoded boxes, but the graph computes with them (it holds ${[...operators].sort().join(', ')})`;
  }
  const [[classes, , objectness]] = heads;
  const scores = scoresOf(graph, shapes, classes.name, 1);
  if (scoresOf(graph, shapes, objectness.name, 1) !== scores)
    return 'of its classes and objectness, one passes through a sigmoid and the other does not';
  return {
    form: `nine heads ${scores}`,
    outputs: heads.flatMap((level) => level.map(({ name }) => name)),
    classCount: classes.channels!,
  };
}

type Head = { readonly name: string; readonly channels: number | undefined };

/** The three outputs of a level by their channels, or as the file lists them where these do not tell them apart. */
function classesBoxObjectness(level: readonly Head[]): readonly [Head, Head, Head] | undefined {
  const [first, second, third] = level;
  if (level.length !== 3 || first.channels === undefined) return undefined;
  if (second.channels === 4 && third.channels === 1) return [first, second, third];
  const box = level.filter(({ channels }) => channels === 4);
  const objectness = level.filter(({ channels }) => channels === 1);
  const classes = level.filter(({ channels }) => channels !== undefined && channels !== 4 && channels !== 1);
  return box.length === 1 && objectness.length === 1 && classes.length === 1
    ? [classes[0], box[0], objectness[0]]
    : undefined;
}

function isLevel(shape: InferredShape, { width, height }: Size, stride: number): boolean {
  return shape?.length === 4 && shape[2] === height / stride && shape[3] === width / stride;
}

function scoresOf(
  graph: OnnxGraph,
  shapes: ShapeInference,
  output: string,
  columnAxis: number,
): 'probabilities' | 'logits' {
  const { operators, beginsWithLayer } = tailOf(graph, shapes, output, columnAxis, 'scores');
  return beginsWithLayer && !PROBABILITIES.some((operator) => operators.has(operator)) ? 'logits' : 'probabilities';
}

function isFixed({ dims }: TensorShape, axis: number): boolean {
  return typeof dims?.[axis] === 'number';
}
