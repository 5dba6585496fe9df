import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModelError } from '../../src/core/errors.js';
import { DataType } from '../../src/model/onnx/build.js';
import { serializeOnnx } from '../../src/model/onnx/model-file.js';
import { PROVIDER_ERROR, type ActualProvider } from '../../src/model/actual-provider.js';
import { openSession, supportedProviders, type SessionOptions } from '../../src/model/inference-session.js';
import { pixelModel } from './pixel-model.js';
import { tempFolder } from './temp-folder.js';

describe('session', () => {
  const folder = tempFolder();
  const options = (changes: Partial<SessionOptions> = {}): SessionOptions => {
    const modelPath = join(folder.path, 'pixels.onnx');
    writeFileSync(modelPath, serializeOnnx(pixelModel({ inputType: DataType.UINT8, outputType: DataType.FLOAT })));
    let ticks = 0;
    return {
      modelPath,
      modelName: 'm.onnx',
      inputName: 'images',
      outputNames: ['output'],
      input: { width: 32, height: 32 },
      provider: 'cpu',
      threads: 1,
      spinning: false,
      clock: { now: () => ticks++ },
      ...changes,
    };
  };

  it('runs on the current content of its image', async () => {
    const session = await openSession(options());
    for (const value of [7, 200]) {
      session.image.fill(value);
      const {
        outputs: [raw],
      } = await session.run();
      assert.deepEqual(raw, new Float32Array(126).fill(value));
    }
    await session.close();
  });

  it('stamps the run with the given clock', async () => {
    const session = await openSession(options());
    const { startMs, endMs } = await session.run();
    assert.deepEqual([startMs, endMs], [0, 1]);
    await session.close();
  });

  it('names a model that ONNX Runtime cannot open, and not its copy in the cache', async () => {
    const broken = join(folder.path, 'broken.onnx');
    writeFileSync(broken, 'not a graph');
    await assert.rejects(
      openSession(options({ modelPath: broken, modelName: 'my.onnx' })),
      (error: Error) =>
        error instanceof ModelError &&
        error.code === 'NOWCAST_MODEL' &&
        /^my\.onnx: ONNX Runtime cannot open/.test(error.message) &&
        !error.message.includes('broken'),
    );
  });

  it('refuses a provider that this build lacks', async () => {
    const absent = (['coreml', 'dml', 'cuda'] as const).find((name) => !supportedProviders().includes(name))!;
    await assert.rejects(openSession(options({ provider: absent })), {
      code: PROVIDER_ERROR,
      message: new RegExp(absent),
    });
  });

  it('lists the CPU on every machine', () => assert.ok(supportedProviders().includes('cpu' satisfies ActualProvider)));
});
