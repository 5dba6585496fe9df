import { anchorCount } from '../../../src/model/families/yolox/grid.js';
import { DataType, node, onnxModel, tensor, valueInfo } from '../../../src/model/onnx/build.js';
import { serializeOnnx } from '../../../src/model/onnx/model-file.js';
import { STAMP_COLUMNS } from './stamp.js';

/** As the pictures of a 16:9 camera fill it, 12 rows of padding excepted. */
export const STAMP_INPUT = { width: 320, height: 192 } as const;
/** Boxes repeat after this number of pictures. */
export const BOX_PLACES = 64;
/** In pixels of the model's input. */
export const BOX = { stepX: 4, y: 85, width: 40, height: 30 } as const;

const VALUES = 6;
const STRIDE = 8;
const FIRST_BIT = 10;

/**
 * A detector of YOLOX's shape that finds one box in each numbered picture. The left edge of the box lies at `BOX.stepX`
 * times the number modulo `BOX_PLACES`, so a box shows the picture in which it was found.
 */
export function stampModel(): Uint8Array {
  const { width, height } = STAMP_INPUT;
  const cells = anchorCount(STAMP_INPUT);
  const bits = Math.log2(BOX_PLACES);
  const cell = width / STAMP_COLUMNS;
  const columns = Array.from({ length: bits }, (_, bit) =>
    BigInt(Math.floor((FIRST_BIT + bit + 0.5) * Math.floor(cell))),
  );
  const still = new Float32Array(cells * VALUES);
  still.set([
    BOX.width / 2 / STRIDE,
    (BOX.y + BOX.height / 2) / STRIDE,
    Math.log(BOX.width / STRIDE),
    Math.log(BOX.height / STRIDE),
    1,
    1,
  ]);
  const moving = new Float32Array(bits * cells * VALUES);
  for (let bit = 0; bit < bits; bit++) moving[bit * cells * VALUES] = (BOX.stepX * 2 ** (bits - 1 - bit)) / STRIDE;
  const row = Math.floor(cell / 2);
  return serializeOnnx(
    onnxModel(
      {
        name: 'stamp',
        inputs: [valueInfo('images', DataType.FLOAT, [1, 3, height, width])],
        outputs: [valueInfo('output', DataType.FLOAT, [1, cells, VALUES])],
        initializers: [
          tensor('flat', [1], BigInt64Array.of(-1n)),
          tensor(
            'places',
            [bits],
            BigInt64Array.from(columns, (column) => column + BigInt(row * width)),
          ),
          tensor('grey', [1], Float32Array.of(126)),
          tensor('one_column', [2], BigInt64Array.of(BigInt(bits), 1n)),
          tensor('over_bits', [1], BigInt64Array.of(0n)),
          tensor('moving', [bits, cells * VALUES], moving),
          tensor('still', [1, cells * VALUES], still),
          tensor('shape', [3], BigInt64Array.of(1n, BigInt(cells), BigInt(VALUES))),
        ],
        nodes: [
          node('Reshape', ['images', 'flat'], ['pixels']),
          node('Gather', ['pixels', 'places'], ['squares']),
          node('Greater', ['squares', 'grey'], ['white']),
          node('Cast', ['white'], ['bits'], { to: { int: DataType.FLOAT } }),
          node('Reshape', ['bits', 'one_column'], ['bits_column']),

          // No MatMul: a layer whose sums are the output gives logits.
          node('Mul', ['bits_column', 'moving'], ['moves']),
          node('ReduceSum', ['moves', 'over_bits'], ['moved']),
          node('Add', ['moved', 'still'], ['all']),
          node('Reshape', ['all', 'shape'], ['output']),
        ],
      },
      { metadata: { made: 'for tests' } },
    ),
  );
}
