import assert from 'node:assert/strict';
import * as ort from 'onnxruntime-node';
import { exportOnnx } from '../../../training/export/export-onnx.js';
import { createNetwork, VARIANTS } from '../../../training/network/variants.js';
import { initialWeights } from '../../../training/network/weights.js';

describe('untrained networks of every variant', function () {
  this.timeout(120_000);
  for (const variant of VARIANTS) {
    it(`${variant} is exported and runs`, async () => {
      const network = createNetwork(variant, 8);
      const session = await ort.InferenceSession.create(
        exportOnnx(network, initialWeights(network, 0), { input: { width: 96, height: 64 } }),
        { logSeverityLevel: 3 },
      );
      const { output } = await session.run({
        images: new ort.Tensor('float32', new Float32Array(3 * 64 * 96).fill(90), [1, 3, 64, 96]),
      });
      await session.release();
      assert.deepEqual(output.dims, [1, 126, 13]);
      assert.ok((output.data as Float32Array).every(Number.isFinite));
    });
  }
});
