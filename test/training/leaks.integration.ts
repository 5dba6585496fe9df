import assert from 'node:assert/strict';
import { join } from 'node:path';
import { openOnnxRuntimeEngine } from '../../training/engines/onnxruntime/engine.js';
import type { Batch, Engine } from '../../training/engines/engine.js';
import { createNetwork } from '../../training/network/variants.js';
import { initialWeights } from '../../training/network/weights.js';
import { train } from '../../training/train.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { NEEDS_THREAD_COUNT, threadCount } from '../helpers/threads.js';
import { drawDataSet, trainOptions } from './rectangles.js';

const NETWORK = createNetwork('yolox-nano', 2);
const WEIGHTS = initialWeights(NETWORK, 1);
const BATCH: Batch = {
  input: { width: 96, height: 96 },
  pixels: new Uint8Array(4 * 3 * 96 * 96).fill(90),
  objects: Array.from({ length: 4 }, (_, i) => ({
    classIds: Int32Array.of(i % 2),
    boxes: Float32Array.of(40, 50, 30, 20),
  })),
};
const open = (): Promise<Engine> =>
  openOnnxRuntimeEngine(NETWORK, { batchSize: 4, replicas: 2, threadsPerReplica: 1, assigner: 'sim-ota' });
const rssMb = (): number => process.memoryUsage().rss / 1e6;

describe('nothing leaks', function () {
  this.timeout(300_000);
  const folder = temporaryFolder();

  it('from step to step: memory stays constant', async () => {
    const engine = await open();
    const steps = async (count: number): Promise<void> => {
      for (let step = 0; step < count; step++) await engine.step(WEIGHTS, BATCH, { l1: true });
    };
    await steps(40);
    const settled = rssMb();
    await steps(100);
    const grown = rssMb() - settled;
    await engine.close();
    // The gradient of one step alone has 3.6 MB.
    assert.ok(grown < 50, `${grown.toFixed(0)} MB in 100 steps`);
  });

  it('from engine to engine: sessions are released', async () => {
    const once = async (): Promise<void> => {
      const engine = await open();
      await engine.step(WEIGHTS, BATCH, { l1: true });
      await engine.close();
    };
    await once();
    const settled = rssMb();
    for (let i = 0; i < 2; i++) await once();
    const grown = rssMb() - settled;
    // One that is left open keeps 160 MB.
    assert.ok(grown < 75, `${grown.toFixed(0)} MB in 2 engines`);
  });

  itNeeds(NEEDS_THREAD_COUNT, 'from run to run: no thread remains, after an end or a failure', async () => {
    const dataSet = await drawDataSet(folder());
    const settings = { epochs: 2, closing_epochs: 1, warmup_epochs: 0, validate_every: 1 };
    const run = (name: string, over: object): Promise<unknown> =>
      train(
        trainOptions(dataSet, join(folder(), name), { ...settings, ...over }, { val: dataSet, threads: 2, loaders: 2 }),
      );
    await run('first', {});
    const before = threadCount();
    await run('whole', {});
    assert.equal(threadCount(), before);
    await assert.rejects(run('failed', { lr: 1e30, epochs: 30 }), { code: 'NOWCAST_DIVERGED' });
    assert.equal(threadCount(), before);
  });
});
