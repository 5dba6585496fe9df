import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from '../core/errors.js';
import { writeFileAtomic } from './atomic-write.js';
import { serializeOnnx } from './onnx/model-file.js';
import { takeUint8 } from './onnx/uint8-input.js';
import { readModel, type ModelSpec } from './families/yolox/spec.js';

/** Part of the cached file's name; raise it when the edit changes, so that older results are not used. */
const EDIT = 'uint8-1';

/**
 * The file to run: the model with a uint8 input and a float32 output, so that frames go in as they lie in memory.
 * Names of input and output are the model's own. The edit is made once and kept in `cacheDir` under the file's hash;
 * processes that race write the same bytes. A model that needs no edit is run as it is.
 * @returns a path
 * @throws OutputError where `cacheDir` cannot be written
 */
export async function uint8Model(spec: ModelSpec, cacheDir: string): Promise<string> {
  if (spec.inputType === 'uint8' && spec.outputType === 'float32') return spec.path;
  const path = join(cacheDir, `${spec.sha256}-${spec.input.width}x${spec.input.height}-${EDIT}.onnx`);
  if (await exists(path)) return path;
  const { model, spec: now } = await readModel(spec.path, { input: spec.input });
  if (now.sha256 !== spec.sha256) throw new ModelError(`${spec.path} was changed while it was being read; run again`);
  takeUint8(model, spec.input);
  await writeFileAtomic(path, serializeOnnx(model));
  return path;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}
