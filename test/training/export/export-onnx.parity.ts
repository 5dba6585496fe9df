import assert from 'node:assert/strict';
import * as ort from 'onnxruntime-node';
import { exportOnnx } from '../../../training/export/export-onnx.js';
import { relativeDifference } from '../../helpers/differences.js';
import { yoloxCases } from '../yolox-case.js';

describe("exportOnnx on the reference's weights", function () {
  this.timeout(120_000);
  const cases = yoloxCases();
  if (cases.length === 0) it('yolox (pending: no parity data)');
  for (const { name, load } of cases) {
    it(`${name} gives the reference's raw output`, async () => {
      const { network, weights, images, expected } = load();
      const [, , height, width] = images.shape;
      const session = await ort.InferenceSession.create(
        exportOnnx(network, weights, { input: { width, height }, dynamicBatch: true }),
      );
      const { output } = await session.run({ images: new ort.Tensor('float32', images.data, images.shape) });
      const raw = expected.get('eval.raw')!;
      assert.deepEqual(output.dims, raw.shape);
      const difference = relativeDifference(output.data as Float32Array, raw.data);
      assert.ok(difference < 1e-5, String(difference));
      await session.release();
    });
  }
});
