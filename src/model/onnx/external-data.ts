import { readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, normalize, resolve } from 'node:path';
import { ModelError } from '../../core/errors.js';
import type { OnnxModel } from './model-file.js';
import { TensorProto_DataLocation, type GraphProto, type TensorProto } from './onnx_pb.js';

/** Limit of an ONNX file, which is one protobuf message, and of a Buffer in Node 20. */
const LARGEST_BYTES = 2 ** 31 - 1;

/**
 * Loads the weights that a model keeps in other files, so that the model is self-contained. `torch.onnx.export` writes
 * such files by default.
 * @param path of the model's file; the others lie in its folder or below (ONNX, "External Data")
 * @returns the bytes of those files, in the order in which the model first names them
 * @throws ModelError if a file is absent, too short, or outside the model's folder
 */
export async function takeInExternalData({ graph }: OnnxModel, path: string): Promise<readonly Uint8Array[]> {
  const files = new Map<string, Uint8Array>();
  for (const tensor of tensorsOf(graph)) {
    if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) continue;
    const {
      location = '',
      offset = '0',
      length,
    } = Object.fromEntries(tensor.externalData.map(({ key, value }) => [key, value])) as Record<string, string>;
    const bytes = files.get(location) ?? (await readBeside(path, location, [...files.values()]));
    files.set(location, bytes);
    const start = Number(offset);
    const end = length === undefined ? bytes.length : start + Number(length);
    if (!(start >= 0 && end >= start && end <= bytes.length)) {
      throw new ModelError(
        `${path}: the weights "${tensor.name}" should lie at ${start} to ${end} of ${location}, which has ${bytes.length} bytes; copy both files again`,
        { code: 'NOWCAST_MODEL_EXTERNAL_DATA' },
      );
    }
    tensor.rawData = bytes.subarray(start, end);
    tensor.dataLocation = TensorProto_DataLocation.DEFAULT;
    tensor.externalData = [];
  }
  return [...files.values()];
}

async function readBeside(path: string, location: string, before: readonly Uint8Array[]): Promise<Uint8Array> {
  const refuse = (why: string, cause?: unknown): never => {
    throw new ModelError(`${path} keeps its weights in "${location}", ${why}`, {
      cause,
      code: 'NOWCAST_MODEL_EXTERNAL_DATA',
    });
  };
  const inside = normalize(location);
  if (location === '' || isAbsolute(inside) || inside.startsWith('..'))
    refuse('which is not a file below its own folder; save the model again, with a relative name');
  const file = resolve(dirname(path), inside);
  const found = await stat(file).catch((cause: unknown) =>
    refuse('which is not beside it; copy that file into the same folder', cause),
  );
  const total = before.reduce((sum, { length }) => sum + length, found.size);
  if (total > LARGEST_BYTES)
    refuse(`which makes ${(total / 2 ** 30).toFixed(1)} GiB of weights; models of up to 2 GiB can be run`);
  return readFile(file).catch((cause: unknown) => refuse(`which cannot be read: ${(cause as Error).message}`, cause));
}

/** Includes those in constants and inside the branches of control flow. */
function* tensorsOf(graph: GraphProto): Generator<TensorProto> {
  yield* graph.initializer;
  for (const { attribute } of graph.node) {
    for (const { t, tensors, g, graphs } of attribute) {
      if (t !== undefined) yield t;
      yield* tensors;
      for (const inner of g === undefined ? graphs : [g, ...graphs]) yield* tensorsOf(inner);
    }
  }
}
