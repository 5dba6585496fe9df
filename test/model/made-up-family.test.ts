import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { letterbox } from '../../src/core/fit.js';
import { detectionOf } from '../../src/model/families/detection.js';
import { DETECTOR_FAMILIES } from '../../src/model/families/kinds.js';
import type { DetectorFamily } from '../../src/model/family.js';
import { readModelSpec } from '../../src/model/model-spec.js';
import { serializeOnnx } from '../../src/model/onnx/model-file.js';
import { openSession } from '../../src/model/inference-session.js';
import { uint8Model } from '../../src/model/uint8-model.js';
import { pixelModel } from './pixel-model.js';
import { tempFolder } from './temp-folder.js';

/** A complete family: the first four pixels are the corners of its one object, in half pixels. */
const corners: DetectorFamily = {
  name: 'corners',
  signature: '[1,3,32,32] and gives [1,126]',
  preprocessing: {
    plain: { layout: { channels: 'rgb', padValue: 0 }, normalisation: { mean: [0, 0, 0], std: [2, 2, 2] } },
  },
  recognise: ({ outputs: [output] }) =>
    output.dims?.length === 2
      ? {
          form: 'only',
          image: 'images',
          input: { width: 32, height: 32 },
          outputs: [output.name],
          classCount: 1,
          preprocess: 'plain',
        }
      : 'its output must have two dimensions',
  createDecoder:
    (_, { classNames }) =>
    ([[x1, y1, x2, y2]], fit) => [detectionOf({ x1, y1, x2, y2 }, 1, 0, classNames, fit)],
};

describe('a custom family', () => {
  const folder = tempFolder();
  const families = [...DETECTOR_FAMILIES, corners];
  const modelPath = (output: readonly number[]): string => {
    const path = join(folder.path, 'm.onnx');
    const model = pixelModel({ output });
    if (output.length === 2) Object.assign(model.graph.node.at(-1)!, { opType: 'Identity', input: ['first'] });
    writeFileSync(path, serializeOnnx(model));
    return path;
  };

  it('is found, prepared and decoded by its own description', async () => {
    const spec = await readModelSpec(modelPath([1, 126]), {}, families);
    assert.deepEqual([spec.family, spec.input], ['corners', { width: 32, height: 32, channels: 'rgb', padValue: 0 }]);
    const session = await openSession({
      modelName: 'm.onnx',
      modelPath: await uint8Model(spec, folder.path),
      inputName: spec.inputName,
      outputNames: spec.outputs.map(({ name }) => name),
      input: spec.input,
      provider: 'cpu',
      threads: 1,
      spinning: false,
      clock: { now: () => 0 },
    });
    session.image.set([8, 4, 24, 20]);
    const { outputs } = await session.run();
    await session.close();
    const decode = corners.createDecoder(spec.form, {
      input: spec.input,
      classNames: ['corner'],
      confThreshold: 0,
      nmsThreshold: 1,
      nms: 'agnostic',
    });
    assert.deepEqual(decode(outputs, letterbox({ width: 64, height: 64 }, spec.input)), [
      { box: { x1: 8, y1: 4, x2: 24, y2: 20 }, score: 1, classId: 0, className: 'corner' },
    ]);
  });

  it('leaves graphs of earlier families to these', async () => {
    assert.equal((await readModelSpec(modelPath([1, 21, 6]), {}, families)).family, 'yolox');
  });

  it('appears in the message about a graph of no family', async () => {
    await assert.rejects(readModelSpec(modelPath([1, 2, 3, 4]), {}, families), {
      code: 'NOWCAST_MODEL_UNKNOWN',
      message:
        /not corners, since its output must have two dimensions.*corners takes \[1,3,32,32\] and gives \[1,126\]$/,
    });
  });
});
