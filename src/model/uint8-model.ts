import { createHash } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from '../core/errors.js';
import { writeFileAtomic } from '../files/atomic-write.js';
import { loadModel, type ModelSpec } from './model-spec.js';
import { serializeOnnx } from './onnx/model-file.js';
import { takeUint8, type GraphEdit } from './onnx/uint8-input.js';

/** Part of the cached file's name. Raise it when the edit changes, so that older results are not used. */
const EDIT = 'uint8-2';

/**
 * The file to run: the model with a uint8 picture as its only input and float32 outputs, so that frames go in as they
 * lie in memory. Names of input and outputs stay; normalisation and other inputs become part of the model. The edited
 * file is kept in `cacheDir` under the hashes of the file and of the edit; processes that race write the same bytes. A
 * model that needs no edit runs unchanged.
 * @returns a path
 * @throws OutputError if `cacheDir` cannot be written
 */
export async function uint8Model(spec: ModelSpec, cacheDir: string): Promise<string> {
  if (spec.isReady) return spec.path;
  const {
    sha256,
    input: { width, height },
    normalisation,
    constants,
    inputName: image,
  } = spec;
  const edit: GraphEdit = {
    image,
    input: { width, height },
    ...(normalisation && { normalisation }),
    constants,
    outputs: spec.outputs.map(({ name }) => name),
  };
  const editHash = createHash('sha256').update(JSON.stringify(edit)).digest('hex').slice(0, 8);
  const path = join(cacheDir, `${sha256}-${width}x${height}-${EDIT}-${editHash}.onnx`);
  if (await exists(path)) return path;
  const { model, sha256: now } = await loadModel(spec.path);
  if (now !== sha256) throw new ModelError(`${spec.path} changed while Nowcast read it; run again`);
  takeUint8(model, edit);
  await writeFileAtomic(path, serializeOnnx(model));
  return path;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
