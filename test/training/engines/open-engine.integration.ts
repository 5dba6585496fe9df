import assert from 'node:assert/strict';
import { openEngine } from '../../../training/engines/open-engine.js';
import { loadTensorFlow } from '../../../training/engines/tensorflow/engine.js';
import { cspNetwork } from '../../../training/network/variants.js';

const NETWORK = cspNetwork('tiny', { depth: 0.33, width: 0.0625, depthwise: true }, 1);
const OPTIONS = { batchSize: 1, replicas: 1, assigner: 'sim-ota' } as const;
const hasNative = await loadTensorFlow().then(
  () => true,
  () => false,
);

describe('openEngine', function () {
  this.timeout(60_000);

  it(`auto takes ${hasNative ? 'tensorflow, which is installed' : 'onnxruntime without tensorflow'}`, async () => {
    const engine = await openEngine('auto', NETWORK, OPTIONS);
    assert.equal(engine.name, hasNative ? 'tensorflow' : 'onnxruntime');
    await engine.close();
  });

  it('never replaces an engine that was requested by name', async () => {
    const engine = await openEngine('onnxruntime', NETWORK, OPTIONS);
    assert.equal(engine.name, 'onnxruntime');
    await engine.close();
    if (!hasNative)
      await assert.rejects(openEngine('tensorflow', NETWORK, OPTIONS), { name: 'UsageError', message: /npm install/ });
  });
});
