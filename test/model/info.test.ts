import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelInfo } from '../../src/model/info.js';
import { node, tensor } from '../../src/model/onnx/build.js';
import { serializeOnnx } from '../../src/model/onnx/model-file.js';
import { itNeeds } from '../helpers/needs.js';
import { realFile } from '../helpers/shared.js';
import { pixelModel } from './pixel-model.js';
import { tempFolder } from './temp-folder.js';

describe('modelInfo', () => {
  const folder = tempFolder();

  it('counts weights in every part of the file, but not shapes', async () => {
    const model = pixelModel();
    model.graph.initializer.push(
      tensor('weight', [4, 3, 1, 1], new Float32Array(12)),
      tensor('scale', [], Float32Array.of(2)),
    );
    model.graph.node.push(node('Constant', [], ['bias'], { value: { tensor: tensor('', [4], new Uint16Array(4)) } }));
    const path = join(folder.path, 'm.onnx');
    writeFileSync(path, serializeOnnx(model));
    const info = await modelInfo(path);
    assert.deepEqual(
      [info.parameters, info.opset, info.nodes, info.producer, info.spec.classCount],
      [16, 17, 4, 'nowcast', 1],
    );
    assert.equal(info.bytes, serializeOnnx(model).length);
  });

  const real = realFile('yolox_nano.onnx');
  itNeeds({ 'the real YOLOX-Nano': real !== undefined }, 'describes the real YOLOX-Nano', async () => {
    const { spec, parameters } = await modelInfo(real!);
    assert.deepEqual(
      [spec.family, spec.form, spec.input, spec.classCount, spec.inputName, spec.outputs],
      [
        'yolox',
        'undecoded probabilities',
        { width: 416, height: 416 },
        80,
        'images',
        [{ name: 'output', type: 'float32', shape: [1, 3549, 85] }],
      ],
    );
    assert.ok(Math.abs(parameters / 1e6 - 0.91) < 0.01, `${parameters} parameters`);
  });
});
