import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { loadLabels } from '../../src/model/labels.js';
import { readModelSpec } from '../../src/model/model-spec.js';
import { readTensors, writeCheckpoint } from '../../training/checkpoint/checkpoint.js';
import { parameterLayout } from '../../training/network/parameters.js';
import { createNetwork } from '../../training/network/variants.js';
import { initialWeights, takeTensors } from '../../training/network/weights.js';
import { nowcast } from '../helpers/command.js';
import { temporaryFolder } from '../helpers/temporary.js';

const BUNDLED = 'models/nowcast-nano.safetensors';

describe('nowcast export', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const out = (): string => join(folder(), 'models', 'm.onnx');

  it('writes an untrained network, the same for the same seed', async () => {
    const shapes = ['--variant', 'yolox-nano', '--classes', '8', '--input', '160x96', '--out', out(), '--json'];
    const { code, stdout, stderr } = await nowcast(['export', ...shapes]);
    assert.equal(code, 0, stderr);
    const facts = JSON.parse(stdout) as { sha256: string; classes: number };
    const { sha256, classCount, input } = await readModelSpec(out());
    assert.deepEqual(
      { sha256, classCount, input },
      { sha256: facts.sha256, classCount: 8, input: { width: 160, height: 96 } },
    );
    assert.equal(
      (JSON.parse((await nowcast(['export', ...shapes, '--seed', '0'])).stdout) as { sha256: string }).sha256,
      sha256,
    );
    assert.notEqual(
      (JSON.parse((await nowcast(['export', ...shapes, '--seed', '1'])).stdout) as { sha256: string }).sha256,
      sha256,
    );
  });

  it('writes the averaged weights of a checkpoint at its own size', async () => {
    const network = createNetwork('yolox-nano', 2);
    const weights = initialWeights(network, 0);
    const checkpoint = join(folder(), 'best.safetensors');
    writeCheckpoint(checkpoint, {
      facts: {
        variant: 'yolox-nano',
        classNames: ['car', 'bus'],
        input: { width: 96, height: 64 },
        step: 1,
        bestAp: null,
        config: {},
      },
      weights,
      average: weights,
      velocity: new Float32Array(weights.parameters.length),
    });
    const { code, stdout, stderr } = await nowcast(['export', checkpoint, '--out', out(), '--fp16']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /m\.onnx: yolox-nano, 2 classes, 96x64, 0\.04 GFLOPs/);
    const { input, classCount, classNames } = await readModelSpec(out());
    assert.deepEqual([input, classCount, classNames], [{ width: 96, height: 64 }, 2, ['car', 'bus']]);
    const open = join(folder(), 'models', 'open.onnx');
    assert.equal((await nowcast(['export', checkpoint, '--out', open, '--dynamic-batch'])).code, 0);
    const session = await ort.InferenceSession.create(open);
    const { output } = await session.run({
      images: new ort.Tensor('float32', new Float32Array(3 * 3 * 64 * 96), [3, 3, 64, 96]),
    });
    await session.release();
    assert.deepEqual(output.dims, [3, 126, 7]);
    const { names } = await loadLabels(join(folder(), 'models', 'm.txt'), { classCount: 2 });
    assert.deepEqual(names, ['car', 'bus']);

    const alone = join(folder(), 'models', 'weights.safetensors');
    assert.equal((await nowcast(['export', checkpoint, '--out', alone])).code, 0);
    const taken = initialWeights(network, 1);
    assert.deepEqual(takeTensors(parameterLayout(network), taken, readTensors(alone).tensors), []);
    assert.deepEqual(taken, weights);
    const again = join(folder(), 'models', 'again.onnx');
    assert.equal(
      (await nowcast(['export', alone, '--variant', 'yolox-nano', '--input', '96x64', '--fp16', '--out', again])).code,
      0,
    );
    assert.ok(readFileSync(again).equals(readFileSync(out())));
  });

  it('reports missing and contradicting flags, and writes no file', async () => {
    for (const [args, message] of [
      [[], /name a checkpoint .* or a --variant alone for random weights/],
      [['--variant', 'yolox-q'], /no variant "yolox-q"/],
      [['--variant', 'yolox-s', '--classes', '0'], /--classes is "0"/],
      [['--variant', 'yolox-s', '--input', '100x100'], /multiples of 32/],
      [['absent.safetensors'], /cannot read the weights absent\.safetensors/],
      [['absent.safetensors', '--seed', '1'], /--seed is for untrained networks/],
      [[BUNDLED], /holds plain weights.*--variant yolox-nano/],
      [['--variant', 'yolox-nano', '--fp16', '--out', join(folder(), 'w.safetensors')], /--fp16 is for ONNX files/],
    ] as const) {
      const { code, stderr } = await nowcast(['export', '--out', out(), ...args]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
      assert.equal(existsSync(out()), false);
    }
    const { code, stderr } = await nowcast(['export', BUNDLED, '--variant', 'yolox-s', '--out', out()]);
    assert.equal(code, 1);
    assert.match(stderr, /check that they belong to this variant/);
    assert.equal(existsSync(out()), false);
  });
});
