import { DataType, node, onnxModel, tensor, valueInfo, type GraphParts } from '../../../src/model/onnx/build.js';
import type { OnnxModel } from '../../../src/model/onnx/model-file.js';

type Node = ReturnType<typeof node>;
type Constant = ReturnType<typeof tensor>;

export type YoloxGraphOptions = {
  /** `scatter`: decoded as YOLOX before 0.2 does it, by writing into its rows. */
  readonly boxes?: 'undecoded' | 'decoded' | 'scatter' | 'distances';
  /** `nine heads`: classes, boxes and objectness apart, as MMDetection's `YOLOXHead` gives them. */
  readonly output?: 'rows' | 'three heads' | 'nine heads';
  readonly scores?: 'probabilities' | 'logits';
  /** Axes are named, and shapes are computed in the graph, as `torch.onnx.export` does with dynamic axes. */
  readonly isDynamic?: boolean;
  /** The network's value for a byte of red. Default: the byte. */
  readonly redOf?: (byte: number) => number;
  /** Which plane is red. */
  readonly redPlane?: 0 | 2;
};

const SIDE = 64;
const STRIDES = [8, 16, 32] as const;
/** Values of the last layer: x, y, w, h, objectness, one class. A box of a stride's size in the middle of its cell. */
const BIASES = [0.5, 0.5, 0, 0] as const;

/**
 * A YOLOX for 64x64 pixels that finds what is red: squares of 8x8 pixels in its first level. Head and exports are
 * YOLOX's own (`yolox/models/yolo_head.py`), the backbone is an average over each cell.
 */
export function yoloxGraph({
  boxes = 'undecoded',
  output = 'rows',
  scores = 'probabilities',
  isDynamic = false,
  redOf = (byte) => byte,
  redPlane = 2,
}: YoloxGraphOptions = {}): OnnxModel {
  const nodes: Node[] = [];
  const constants: Constant[] = [
    tensor('four', [1], BigInt64Array.of(4n)),
    tensor('zero', [1], BigInt64Array.of(0n)),
    tensor('two', [1], BigInt64Array.of(2n)),
    tensor('minus', [1], BigInt64Array.of(-1n)),
    tensor('six', [1], BigInt64Array.of(6n)),
    tensor('columns', [1], BigInt64Array.of(2n)),
  ];
  const heads = STRIDES.map((stride, level) => {
    const name = (what: string): string => `${what}${stride}`;
    nodes.push(
      node('AveragePool', ['images'], [name('cells')], {
        kernel_shape: { ints: [stride, stride] },
        strides: { ints: [stride, stride] },
      }),
    );
    const conv = (what: string, biases: readonly number[], red = 0): string => {
      const weights = new Float32Array(3 * biases.length);
      weights[redPlane] = red;
      constants.push(
        tensor(name(`${what}_w`), [biases.length, 3, 1, 1], weights),
        tensor(name(`${what}_b`), [biases.length], Float32Array.from(biases)),
      );
      nodes.push(
        node('Conv', [name('cells'), name(`${what}_w`), name(`${what}_b`)], [name(what)], {
          kernel_shape: { ints: [1, 1] },
        }),
      );
      return name(what);
    };
    // 20 if all is red, -20 if nothing is.
    const slope = 40 / (redOf(255) - redOf(0));
    const reg = conv('reg', BIASES);
    const logits = [
      conv('obj', [level === 0 ? -20 - slope * redOf(0) : -20], level === 0 ? slope : 0),
      conv('cls', [3]),
    ];
    const given =
      scores === 'logits'
        ? logits
        : logits.map((value) => {
            nodes.push(node('Sigmoid', [value], [`${value}_p`]));
            return `${value}_p`;
          });
    if (output === 'nine heads') return [given[1], reg, given[0]];
    nodes.push(node('Concat', [reg, ...given], [name('head')], { axis: { int: 1 } }));
    return [name('head')];
  });
  const floats = (name: string, dims: readonly (number | string)[]) => valueInfo(name, DataType.FLOAT, dims);
  const image = floats('images', isDynamic ? ['batch', 3, 'height', 'width'] : [1, 3, SIDE, SIDE]);
  const finished = (outputs: GraphParts['outputs']): OnnxModel =>
    onnxModel({ name: 'yolox', inputs: [image], outputs, initializers: constants, nodes });
  const sizeAt = (stride: number): (number | string)[] =>
    isDynamic ? [`height${stride}`, `width${stride}`] : [SIDE / stride, SIDE / stride];
  if (output !== 'rows') {
    const channels = output === 'three heads' ? [6] : [1, 4, 1];
    return finished(
      channels.flatMap((count, i) =>
        heads.map((names, level) => floats(names[i], [isDynamic ? 'batch' : 1, count, ...sizeAt(STRIDES[level])])),
      ),
    );
  }

  const rows = heads.map(([head], level) => {
    const shape = `shape${level}`;
    if (isDynamic) {
      nodes.push(
        node('Shape', [head], [`${shape}_all`]),
        node('Slice', [`${shape}_all`, 'zero', 'two', 'zero'], [`${shape}_kept`]),
        node('Concat', [`${shape}_kept`, 'minus'], [shape], { axis: { int: 0 } }),
      );
    } else {
      constants.push(tensor(shape, [3], BigInt64Array.of(1n, 6n, -1n)));
    }
    nodes.push(node('Reshape', [head, shape], [`flat${level}`]));
    return `flat${level}`;
  });
  const last = boxes === 'undecoded' ? 'output' : 'rows';
  nodes.push(
    node('Concat', rows, ['all'], { axis: { int: 2 } }),
    node('Transpose', ['all'], [last], { perm: { ints: [0, 2, 1] } }),
  );
  if (boxes !== 'undecoded') decode(boxes, nodes, constants);
  return finished([
    floats('output', isDynamic ? ['batch', 'Transposeoutput_dim_1', 'Transposeoutput_dim_2'] : [1, 84, 6]),
  ]);
}

function decode(boxes: 'decoded' | 'scatter' | 'distances', nodes: Node[], constants: Constant[]): void {
  const cells = STRIDES.flatMap((stride) =>
    Array.from({ length: (SIDE / stride) ** 2 }, (_, i) => ({
      x: i % (SIDE / stride),
      y: Math.floor(i / (SIDE / stride)),
      stride,
    })),
  );
  constants.push(
    tensor('grid', [1, 84, 2], Float32Array.from(cells.flatMap(({ x, y }) => [x, y]))),
    tensor(
      'strides',
      [1, 84, 1],
      Float32Array.from(cells, ({ stride }) => stride),
    ),
  );
  const slice = (from: string, to: string, into: string): Node => node('Slice', ['rows', from, to, 'columns'], [into]);
  nodes.push(slice('zero', 'two', 'xy'), slice('two', 'four', 'wh'), slice('four', 'six', 'scores'));
  if (boxes === 'distances') {
    // YOLOv6 and its like: distances from the cell to the sides of the box.
    nodes.push(
      node('Sub', ['grid', 'xy'], ['upper']),
      node('Add', ['grid', 'wh'], ['lower']),
      node('Sub', ['lower', 'upper'], ['size']),
      node('Concat', ['upper', 'size'], ['cell_box'], { axis: { int: 2 } }),
      node('Mul', ['cell_box', 'strides'], ['box']),
      node('Concat', ['box', 'scores'], ['output'], { axis: { int: 2 } }),
    );
    return;
  }
  nodes.push(
    node('Add', ['xy', 'grid'], ['moved']),
    node('Mul', ['moved', 'strides'], ['centres']),
    node('Exp', ['wh'], ['sizes']),
    node('Mul', ['sizes', 'strides'], ['scaled']),
  );
  if (boxes === 'decoded') {
    nodes.push(node('Concat', ['centres', 'scaled', 'scores'], ['output'], { axis: { int: 2 } }));
    return;
  }
  const indices = (first: number): BigInt64Array =>
    BigInt64Array.from(
      cells.flatMap((_, cell) => [0, 1].flatMap((column) => [0n, BigInt(cell), BigInt(first + column)])),
    );
  constants.push(tensor('at_xy', [1, 84, 2, 3], indices(0)), tensor('at_wh', [1, 84, 2, 3], indices(2)));
  nodes.push(
    node('ScatterND', ['rows', 'at_xy', 'centres'], ['half']),
    node('ScatterND', ['half', 'at_wh', 'scaled'], ['output']),
  );
}

/** Means of the picture's planes as the network receives them, [1, 3]. */
const PLANE_MEANS = node('ReduceMean', ['images'], ['means'], { axes: { ints: [2, 3] }, keepdims: { int: 0 } });

/** Of the three queries: x1, y1, x2, y2 in fractions of the picture. */
export const QUERY_BOXES = [
  [0.25, 0.5, 0.5, 0.75],
  [0, 0, 1, 1],
  [0.125, 0.25, 0.375, 0.5],
] as const;

/**
 * The signature of RT-DETR, D-FINE and DEIM: three queries whose scores are the picture's mean red, green and blue,
 * from 0 to 1. Labels are taken from positions modulo the number of classes, as in their exports.
 */
export function detrBoxesGraph({
  positions = [8, 2, 20],
  classCount = 7,
}: { readonly positions?: readonly number[]; readonly classCount?: number } = {}): OnnxModel {
  return onnxModel({
    name: 'detr',
    inputs: [
      valueInfo('images', DataType.FLOAT, ['N', 3, 32, 64]),
      valueInfo('orig_target_sizes', DataType.INT64, ['N', 2]),
    ],
    outputs: [
      valueInfo('labels', DataType.INT64, ['N', 3]),
      valueInfo('boxes', DataType.FLOAT, ['N', 3, 4]),
      valueInfo('scores', DataType.FLOAT, ['N', 3]),
    ],
    initializers: [
      tensor('positions', [1, 3], BigInt64Array.from(positions, BigInt)),
      tensor('classes', [], BigInt64Array.of(BigInt(classCount))),
      tensor('fractions', [1, 3, 4], Float32Array.from(QUERY_BOXES.flat())),
      tensor('one', [1], BigInt64Array.of(1n)),
    ],
    nodes: [
      PLANE_MEANS,
      node('Identity', ['means'], ['scores']),
      node('Div', ['positions', 'classes'], ['rows']),
      node('Mul', ['rows', 'classes'], ['before']),
      node('Sub', ['positions', 'before'], ['labels']),
      node('Concat', ['orig_target_sizes', 'orig_target_sizes'], ['corners'], { axis: { int: 1 } }),
      node('Cast', ['corners'], ['real'], { to: { int: DataType.FLOAT } }),
      node('Unsqueeze', ['real', 'one'], ['factors']),
      node('Mul', ['fractions', 'factors'], ['boxes']),
    ],
  });
}

/**
 * The signature of RF-DETR: three queries, the first of class 3, the second of 17, the third of 90, whose logits are
 * the normalised means of the picture's red, green and blue.
 */
export function detrLogitsGraph(): OnnxModel {
  const classes = [3, 17, 90];
  const centred = QUERY_BOXES.flatMap(([x1, y1, x2, y2]) => [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1]);
  const hot = Float32Array.from({ length: 3 * 91 }, (_, i) => (i % 91 === classes[Math.floor(i / 91)] ? 1 : 0));
  return onnxModel({
    name: 'rf-detr',
    inputs: [valueInfo('input', DataType.FLOAT, [1, 3, 32, 64])],
    outputs: [valueInfo('dets', DataType.FLOAT, [1, 3, 4]), valueInfo('labels', DataType.FLOAT, [1, 3, 91])],
    initializers: [
      tensor('boxes', [1, 3, 4], Float32Array.from(centred)),
      tensor('hot', [1, 3, 91], hot),
      tensor(
        'cold',
        [1, 3, 91],
        hot.map((value) => (value === 1 ? 0 : -30)),
      ),
      tensor('column', [3], BigInt64Array.of(1n, 3n, 1n)),
    ],
    nodes: [
      node('ReduceMean', ['input'], ['means'], { axes: { ints: [2, 3] }, keepdims: { int: 0 } }),
      node('Reshape', ['means', 'column'], ['each']),
      node('Mul', ['each', 'hot'], ['seen']),
      node('Add', ['seen', 'cold'], ['labels']),
      node('Identity', ['boxes'], ['dets']),
    ],
  });
}

/** A YOLOX of 64x64 pixels whose first row is a box, and whose second has an objectness that is not a number. */
export function partlyNumbers(): OnnxModel {
  const table = new Float32Array(84 * 6);
  table.set([2.5, 2.5, 0.2, 0.4, 0.95, 0.95]);
  table[6 + 4] = NaN;
  return onnxModel({
    name: 'partly',
    inputs: [valueInfo('images', DataType.FLOAT, [1, 3, SIDE, SIDE])],
    outputs: [valueInfo('output', DataType.FLOAT, [1, 84, 6])],
    initializers: [tensor('table', [1, 84, 6], table), tensor('tiny', [], Float32Array.of(1e-9))],
    nodes: [
      node('ReduceMean', ['images'], ['mean'], { axes: { ints: [1, 2, 3] }, keepdims: { int: 0 } }),
      node('Mul', ['mean', 'tiny'], ['nearly_zero']),
      node('Add', ['table', 'nearly_zero'], ['output']),
    ],
  });
}
