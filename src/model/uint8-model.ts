import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ModelError } from '../core/errors.js';
import { makeFolder } from '../files/make-folder.js';
import { privateTemporaryFolder } from '../files/private-folder.js';
import { loadModel, type ModelSpec } from './model-spec.js';
import { serializeOnnx } from './onnx/model-file.js';
import { isIntact, writeSealed } from './sealed-file.js';
import { takeUint8, type GraphEdit } from './onnx/uint8-input.js';

/** Part of the cached file's name. Raise it when the edit changes, so that older results are not used. */
const EDIT = 'uint8-2';

/** A model in this folder decides what is reported, so no other user may change it. */
const OWNER_ONLY = 0o700;

/**
 * The file to run: the model with a uint8 picture as its only input and float32 outputs, so that frames go in as they
 * lie in memory. Names of input and outputs stay; normalisation and other inputs become part of the model. The edited
 * file is kept in `cacheDir` under the hashes of the file and of the edit; processes that race write the same bytes. It
 * is made again if it is not as it was written. A model that needs no edit runs unchanged.
 *
 * If `cacheDir` cannot be written, the file goes to a temporary folder of this user, with a warning.
 * @returns a path
 * @throws OutputError if neither can be written
 */
export async function uint8Model(
  spec: ModelSpec,
  cacheDir: string,
  onWarning: (message: string) => void = () => undefined,
): Promise<string> {
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
  const name = `${sha256}-${width}x${height}-${EDIT}-${editHash}.onnx`;
  const path = join(cacheDir, name);
  if (await isIntact(path)) return path;
  const { model, sha256: now } = await loadModel(spec.path);
  if (now !== sha256) throw new ModelError(`${spec.path} changed while Nowcast read it; run again`);
  takeUint8(model, edit);
  const content = serializeOnnx(model);
  try {
    makeFolder(cacheDir, OWNER_ONLY);
    await writeSealed(path, content);
    return path;
  } catch (error) {
    const elsewhere = join(privateTemporaryFolder(error), name);
    if (!(await isIntact(elsewhere))) await writeSealed(elsewhere, content);
    onWarning(
      `the prepared model cannot be kept in ${cacheDir} (${(error as Error).message}), so it is in ${elsewhere}; set NOWCAST_CACHE to a folder that can be written`,
    );
    return elsewhere;
  }
}
