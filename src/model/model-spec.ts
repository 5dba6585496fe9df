import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ModelError, UsageError } from '../core/errors.js';
import type { Size } from '../core/size.js';
import type { PictureFormat } from '../core/picture.js';
import { DETECTOR_FAMILIES } from './families/kinds.js';
import type { DetectorFamily, Recognised } from './family.js';
import { CLASSES_KEY, parseClassNames } from './onnx/class-names.js';
import { takeInExternalData } from './onnx/external-data.js';
import { closedShape, OnnxGraph } from './onnx/graph.js';
import type { InferredShape } from './onnx/infer-shapes.js';
import { parseOnnx, type OnnxModel } from './onnx/model-file.js';
import { TensorProto_DataType as DataType } from './onnx/onnx_pb.js';
import type { ConstantInput, Normalisation } from './onnx/uint8-input.js';
import { describeShape, typeName } from './onnx/value-shape.js';

export type ModelOutput = {
  readonly name: string;
  /** Element type, such as `float32`. */
  readonly type: string;
  /** A number, or a name or `?` for a size that is only known at run time. */
  readonly shape: readonly (number | string)[];
};

/** Inputs, outputs and family of a model file. */
export type ModelSpec = {
  readonly path: string;
  /** SHA-256 of the file, including its weights in other files; in lower-case hex. */
  readonly sha256: string;
  /** Name of its {@link DetectorFamily}. */
  readonly family: string;
  /** The form of the family's outputs. */
  readonly form: string;
  /** Name of its preprocessing in the family. */
  readonly preprocess: string;
  /** Size in pixels and layout of the pictures. */
  readonly input: PictureFormat;
  readonly normalisation?: Normalisation;
  readonly inputName: string;
  readonly inputType: 'float32' | 'float16' | 'uint8';
  /** Further inputs. */
  readonly constants: readonly ConstantInput[];
  /** In the order of the family's decoder. */
  readonly outputs: readonly ModelOutput[];
  /** True if it takes pictures as they lie in memory and gives float32. */
  readonly isReady: boolean;
  readonly classCount: number;
  /** Names of the classes, if the file states them, as files of `nowcast export` do, or if its form fixes them. */
  readonly classNames?: readonly string[];
};

export type ReadOptions = {
  /** Input size for a model with a dynamic one; a file with a fixed size takes only that size. */
  readonly input?: Size;
  /** Name of a preprocessing of the model's family. Default: the family's usual one. */
  readonly preprocess?: string;
};

/** A parsed file. `model` is self-contained: it includes weights from other files, as do hash and size. */
export type LoadedModel = { readonly model: OnnxModel; readonly sha256: string; readonly totalBytes: number };

/**
 * Reads an ONNX file and finds its family.
 * @param families the families to try; default all
 * @throws ModelError if the file is absent, not ONNX, or of no family; the message names the shapes found. UsageError
 *   if the family has no such preprocessing
 */
export async function readModelSpec(
  path: string,
  options: ReadOptions = {},
  families = DETECTOR_FAMILIES,
): Promise<ModelSpec> {
  return (await readModel(path, options, families)).spec;
}

/** As {@link readModelSpec}, together with the parsed file. */
export async function readModel(
  path: string,
  options: ReadOptions = {},
  families = DETECTOR_FAMILIES,
): Promise<LoadedModel & { readonly spec: ModelSpec }> {
  const loaded = await loadModel(path);
  const { model, sha256 } = loaded;
  const graph = new OnnxGraph(model, path);
  const { family, found } = familyOf(graph, options.input, families);
  const named =
    parseClassNames(model.metadataProps.find(({ key }) => key === CLASSES_KEY)?.value, found.classCount) ??
    found.classNames;
  return {
    ...loaded,
    spec: { path, sha256, ...specOf(graph, family, found, options.preprocess), ...(named && { classNames: named }) },
  };
}

/** @throws ModelError if the file is absent or not ONNX, or its external weights are missing */
export async function loadModel(path: string): Promise<LoadedModel> {
  const bytes = await readModelFile(path);
  const model = parseOnnx(bytes, path);
  const files = [bytes, ...(await takeInExternalData(model, path))];
  const hash = createHash('sha256');
  for (const file of files) hash.update(file);
  return { model, sha256: hash.digest('hex'), totalBytes: files.reduce((sum, { length }) => sum + length, 0) };
}

function familyOf(
  graph: OnnxGraph,
  asked: Size | undefined,
  families: readonly DetectorFamily[],
): { readonly family: DetectorFamily; readonly found: Recognised } {
  const refusals: string[] = [];
  for (const family of families) {
    const found = family.recognise(graph, asked);
    if (typeof found !== 'string') return { family, found };
    refusals.push(`not ${family.name}, since ${found}`);
  }
  throw new ModelError(
    `${graph.path} is not a detector that Nowcast knows: ${refusals.join('; ')}. It takes ${graph.inputs.map(describeShape).join(', ') || 'nothing'} and gives ` +
      `${graph.outputs.map(describeShape).join(', ') || 'nothing'}. ${families.map(({ name, signature }) => `${name} takes ${signature}`).join('. ')}`,
    { code: 'NOWCAST_MODEL_UNKNOWN' },
  );
}

function specOf(
  graph: OnnxGraph,
  family: DetectorFamily,
  found: Recognised,
  preprocess = found.preprocess,
): Omit<ModelSpec, 'path' | 'sha256'> {
  const { form, image, input, constants = [], outputs, classCount } = found;
  if (!Object.hasOwn(family.preprocessing, preprocess)) {
    throw new UsageError(
      `--preprocess is ${JSON.stringify(preprocess)}; ${graph.path} is of the family ${family.name}, for which it must be one of ${Object.keys(family.preprocessing).join(', ')}`,
      { code: 'NOWCAST_MODEL_PREPROCESS' },
    );
  }
  const { layout, normalisation } = family.preprocessing[preprocess];
  const { elemType } = graph.inputs.find(({ name }) => name === image)!;
  const isEdited = elemType === DataType.UINT8;
  const shapes = graph.shapesAt(image, [1, 3, input.height, input.width]);
  const areReal = graph.outputs.every(({ name, elemType: type }) => !outputs.includes(name) || type === DataType.FLOAT);
  return {
    family: family.name,
    form,
    preprocess,
    input: { ...input, ...layout },
    // A graph that takes bytes has the normalisation built in.
    ...(normalisation && !isEdited && { normalisation }),
    inputName: image,
    inputType: isEdited ? 'uint8' : elemType === DataType.FLOAT16 ? 'float16' : 'float32',
    constants,
    outputs: outputs.map((name) => outputOf(graph, name, shapes.shapeOf(name))),
    isReady: isEdited && constants.length === 0 && areReal,
    classCount,
  };
}

function outputOf({ outputs }: OnnxGraph, name: string, inferred: InferredShape): ModelOutput {
  const output = outputs.find((candidate) => candidate.name === name)!;
  const shape = closedShape(output, inferred)?.map((size, axis) => size ?? output.dims?.[axis] ?? '?') ?? [];
  return { name, type: typeName(output), shape };
}

async function readModelFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const what =
      code === 'ENOENT'
        ? 'there is no such file; `nowcast models list` names those that can be downloaded'
        : code === 'EISDIR'
          ? 'it is a folder; name the .onnx file itself'
          : (cause as Error).message;
    throw new ModelError(`cannot read the model ${path}: ${what}`, { cause });
  }
}
