import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ModelError } from '../../../core/errors.js';
import type { Size } from '../../../core/letterbox.js';
import { anchorCount, STRIDES } from './grid.js';
import { parseOnnx, type OnnxModel } from '../../onnx/model-file.js';
import { TensorProto_DataType as DataType } from '../../onnx/onnx_pb.js';
import { describeShape, feedableInputs, tensorShape, type Dimension } from '../../onnx/value-shape.js';

export { anchorCount, STRIDES };

const LARGEST_STRIDE = 32;

/** What a YOLOX file takes and gives: in [1,3,H,W] BGR 0–255, out [1,anchors,5+classCount] with undecoded boxes. */
export type ModelSpec = {
  readonly path: string;
  /** Of the file's bytes, in lower-case hex. */
  readonly sha256: string;
  /** In pixels, multiples of 32. */
  readonly input: Size;
  readonly inputName: string;
  readonly outputName: string;
  readonly classCount: number;
  /** Of the classes, where the file says them, as those of `nowcast export` do. */
  readonly classNames?: readonly string[];
  /** Grid cells of all levels, each of which predicts one box. */
  readonly anchors: number;
  readonly inputType: 'float32' | 'float16' | 'uint8';
  readonly outputType: 'float32' | 'float16';
};

/**
 * Reads an ONNX file and checks that it is a YOLOX detector.
 * @param options.input the size to run at, where the file leaves it open; a file with a fixed size takes that one only
 * @throws ModelError where the file is absent, not ONNX, or not YOLOX; the message names the shapes found
 */
export async function readModelSpec(path: string, options: { readonly input?: Size } = {}): Promise<ModelSpec> {
  return (await readModel(path, options)).spec;
}

/** As {@link readModelSpec}, together with the parsed file. */
export async function readModel(path: string, options: { readonly input?: Size } = {}): Promise<{ spec: ModelSpec; model: OnnxModel; bytes: Uint8Array }> {
  const bytes = await readModelFile(path);
  const model = parseOnnx(bytes, path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const shapes = yoloxShapes(model, path, options.input);
  const classNames = parseClassNames(model.metadataProps.find(({ key }) => key === CLASSES_KEY)?.value, shapes.classCount);
  return { spec: { path, sha256, ...shapes, ...(classNames && { classNames }) }, model, bytes };
}

/** Metadata under which an ONNX file keeps the names of its classes, as a JSON array. */
export const CLASSES_KEY = 'classes';

/** Undefined where there is not one for each class: other programs write what they like under such a key. */
export function parseClassNames(json: string | undefined, classCount: number): readonly string[] | undefined {
  try {
    const names = JSON.parse(json ?? 'null') as unknown;
    return Array.isArray(names) && names.length === classCount && names.every((name) => typeof name === 'string') ? names : undefined;
  } catch {
    return undefined;
  }
}

async function readModelFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'there is no such file; `nowcast models list` names those that can be downloaded'
      : code === 'EISDIR' ? 'it is a folder; name the .onnx file itself'
        : (cause as Error).message;
    throw new ModelError(`cannot read the model ${path}: ${what}`, { cause });
  }
}

function yoloxShapes(model: OnnxModel, path: string, asked: Size | undefined): Omit<ModelSpec, 'path' | 'sha256'> {
  const inputs = feedableInputs(model.graph);
  const outputs = model.graph.output.map(tensorShape);
  const refuse = (why: string): never => {
    throw new ModelError(
      `${path} is not a YOLOX detector: ${why}. It takes ${inputs.map(describeShape).join(', ') || 'nothing'} and gives ` +
      `${outputs.map(describeShape).join(', ') || 'nothing'}; YOLOX takes [1,3,H,W] and gives [1,cells,5+classes], cells = HW/64 + HW/256 + HW/1024. ` +
      'Export it with YOLOX\'s tools/export_onnx.py without --decode_in_inference',
      { code: 'NOWCAST_MODEL_NOT_YOLOX' });
  };
  if (inputs.length !== 1 || outputs.length !== 1) refuse('it must have one input and one output');
  const [image] = inputs;
  const [output] = outputs;
  const inputType = INPUT_TYPES[image.elemType] ?? refuse('its input must be float32, float16 or uint8');
  const outputType = OUTPUT_TYPES[output.elemType] ?? refuse('its output must be float32 or float16');

  const [batch, channels, height, width] = image.dims?.length === 4 ? image.dims : refuse('its input must have four dimensions');
  if (isFixed(batch) && batch !== 1) refuse(`its batch size must be 1 or open, not ${batch}`);
  if (isFixed(channels) && channels !== 3) refuse(`its input must have 3 channels first, not ${channels}`);
  const input = inputSize(width, height, asked, path);
  if (input.width % LARGEST_STRIDE !== 0 || input.height % LARGEST_STRIDE !== 0) {
    refuse(`its input of ${input.width}x${input.height} is not a multiple of ${LARGEST_STRIDE}`);
  }

  const anchors = anchorCount(input);
  const [outputBatch, cells, values] = output.dims?.length === 3 ? output.dims : refuse('its output must have three dimensions');
  if (isFixed(outputBatch) && outputBatch !== 1) refuse(`its output's batch size must be 1, not ${outputBatch}`);
  if (isFixed(cells) && cells !== anchors) refuse(`at ${input.width}x${input.height} its output must have ${anchors} rows, not ${cells}`);
  if (!isFixed(values)) return refuse('the last dimension of its output, 5 + classes, must be fixed');
  if (values < 6) refuse(`its output must have at least 6 values a row, not ${values}`);
  // SiLU, sigmoid and softplus never export as Exp; the box sizes of a decoding head do.
  if (model.graph.node.some((node) => node.opType === 'Exp')) refuse('its graph decodes the boxes itself (it holds an Exp)');
  return { input, inputName: image.name, outputName: output.name, classCount: values - 5, anchors, inputType, outputType };
}

const INPUT_TYPES: Readonly<Partial<Record<DataType, ModelSpec['inputType']>>> = {
  [DataType.FLOAT]: 'float32',
  [DataType.FLOAT16]: 'float16',
  [DataType.UINT8]: 'uint8',
};
const OUTPUT_TYPES: Readonly<Partial<Record<DataType, ModelSpec['outputType']>>> = {
  [DataType.FLOAT]: 'float32',
  [DataType.FLOAT16]: 'float16',
};

function inputSize(width: Dimension, height: Dimension, asked: Size | undefined, path: string): Size {
  const size = { width: isFixed(width) ? width : asked?.width, height: isFixed(height) ? height : asked?.height };
  if (size.width === undefined || size.height === undefined) {
    throw new ModelError(`${path} leaves its input size open; say which to use, as in 640x640 (width x height, multiples of ${LARGEST_STRIDE})`,
      { code: 'NOWCAST_MODEL_INPUT_SIZE' });
  }
  if (asked !== undefined && (asked.width !== size.width || asked.height !== size.height)) {
    throw new ModelError(`${path} has a fixed input of ${size.width}x${size.height} and cannot run at ${asked.width}x${asked.height}; ` +
      'leave the size out, or take a model exported at that size', { code: 'NOWCAST_MODEL_INPUT_SIZE' });
  }
  return { width: size.width, height: size.height };
}

function isFixed(size: Dimension): size is number {
  return typeof size === 'number';
}
