import assert from 'node:assert/strict';
import * as ort from 'onnxruntime-node';
import { ortOptions } from '../../src/model/inference-session.js';
import { readModelSpec } from '../../src/model/model-spec.js';
import { uint8Model } from '../../src/model/uint8-model.js';
import { bundledModel } from '../../src/model/zoo.js';
import { itNeeds } from '../helpers/needs.js';
import { swiftshaderIcd, useSoftwareGpu } from '../helpers/software-gpu.js';
import { tempFolder } from './temp-folder.js';

const NEEDS = {
  'SwiftShader of chromium': swiftshaderIcd !== undefined && process.platform === 'linux' && process.arch === 'x64',
  'the bundled model': bundledModel() !== undefined,
};

/** Opens the bundled model as a run does, but refuses to leave any node to the CPU. */
async function openStrictly(
  cacheDir: string,
  options: ort.InferenceSession.SessionOptions,
): Promise<ort.InferenceSession> {
  const modelPath = await uint8Model(await readModelSpec(bundledModel()!), cacheDir);
  const { session, ...extra } = options.extra as { session: object };
  return ort.InferenceSession.create(modelPath, {
    ...options,
    logSeverityLevel: 4,
    extra: { ...extra, session: { ...session, disable_cpu_ep_fallback: '1' } },
  });
}

describe('placement on webgpu', function () {
  this.timeout(120_000);
  useSoftwareGpu();
  const folder = tempFolder();
  const options = ortOptions({ provider: 'webgpu', threads: 1, spinning: false });

  itNeeds(NEEDS, 'puts every node of the bundled model on the GPU', async () => {
    const session = await openStrictly(folder.path, options);
    await session.release();
  });

  itNeeds(NEEDS, 'would leave a node to the CPU if Focus were fused', async () => {
    const { optimization: _, ...fusing } = options.extra as { optimization: object };
    await assert.rejects(openStrictly(folder.path, { ...options, extra: fusing }), /assigned to the default CPU EP/);
  });
});
