import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { simOta } from '../../../training/assign/sim-ota.js';
import type { Batch } from '../../../training/engines/engine.js';
import { Replica } from '../../../training/engines/onnxruntime/replica.js';
import { loadTensorFlow, openTensorFlowEngine } from '../../../training/engines/tensorflow/engine.js';
import { lossDivisor } from '../../../training/losses.js';
import type { Network } from '../../../training/network/description.js';
import { cspNetwork } from '../../../training/network/variants.js';
import { initialWeights } from '../../../training/network/weights.js';
import { itNeeds } from '../../helpers/needs.js';
import { randomSource } from '../../helpers/random.js';
import { relativeDifference } from '../../helpers/differences.js';

const SHAPE = { depth: 0.33, width: 0.0625 };
const hasNative = await loadTensorFlow().then(
  () => true,
  () => false,
);

/** Two small pictures with an object each. */
function batch(): Batch {
  const { uniform } = randomSource(1);
  return {
    input: { width: 64, height: 64 },
    pixels: Uint8Array.from({ length: 2 * 3 * 64 * 64 }, () => Math.floor(uniform() * 256)),
    objects: [0, 1].map((classId) => ({
      classIds: Int32Array.of(classId),
      boxes: Float32Array.of(20 + 10 * classId, 30, 18, 16),
    })),
  };
}

describe('the tensorflow engine', function () {
  this.timeout(180_000);

  async function comparesWithOnnxRuntime(on: typeof tf, network: Network): Promise<void> {
    const weights = initialWeights(network, 3);
    const engine = openTensorFlowEngine(on, network, { assigner: 'sim-ota' });
    const replica = await Replica.open(network, simOta, 2, 1);
    const expected = await replica.step(weights, batch(), { l1: true });
    await replica.close();
    const { losses, gradient, statistics } = await engine.step(weights, batch(), { l1: true });
    assert.equal(losses.positives, expected.losses.positives);
    for (const part of ['iou', 'objectness', 'classes', 'l1'] as const) {
      assert.ok(
        Math.abs(losses[part] / expected.losses[part] - 1) < 1e-4,
        `${part}: ${losses[part]} against ${expected.losses[part]}`,
      );
    }
    assert.ok(relativeDifference(statistics, expected.statistics) < 1e-4);
    const divisor = lossDivisor(losses);
    const difference = relativeDifference(
      gradient,
      expected.gradient.map((value) => value / divisor),
    );
    assert.ok(difference < 1e-3, String(difference));
  }

  for (const depthwise of [false, true]) {
    it(`makes the step that onnxruntime makes, with ${depthwise ? 'separable' : 'plain'} convolutions, and keeps no tensor`, async () => {
      await tf.setBackend('cpu');
      const before = tf.memory().numTensors;
      await comparesWithOnnxRuntime(tf, cspNetwork('tiny', { ...SHAPE, depthwise }, 2));
      assert.equal(tf.memory().numTensors, before);
    });
  }

  it('holds as many tensors and bytes after each step as before it', async () => {
    await tf.setBackend('cpu');
    const network = cspNetwork('tiny', { ...SHAPE, depthwise: true }, 2);
    const weights = initialWeights(network, 3);
    const engine = openTensorFlowEngine(tf, network, { assigner: 'sim-ota' });
    const held = (): object => ({ tensors: tf.memory().numTensors, bytes: tf.memory().numBytes });
    const before = held();
    for (let step = 0; step < 3; step++) {
      await engine.step(weights, batch(), { l1: step > 0 });
      assert.deepEqual(held(), before);
    }
    await engine.close();
  });

  itNeeds({ '@tensorflow/tfjs-node': hasNative }, 'makes it on TensorFlow too', async () => {
    await comparesWithOnnxRuntime(await loadTensorFlow(), cspNetwork('tiny', { ...SHAPE, depthwise: true }, 2));
  });

  if (!hasNative) {
    it('names the package to install if TensorFlow is absent', async () => {
      await assert.rejects(loadTensorFlow(), {
        name: 'UsageError',
        message: /npm install @tensorflow\/tfjs-node-gpu for a GPU/,
      });
    });
  }
});
