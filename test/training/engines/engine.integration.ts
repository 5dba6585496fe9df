import assert from 'node:assert/strict';
import { simOta } from '../../../training/assign/sim-ota.js';
import type { Batch } from '../../../training/engines/engine.js';
import { openOnnxRuntimeEngine } from '../../../training/engines/onnxruntime/engine.js';
import { Replica } from '../../../training/engines/onnxruntime/replica.js';
import { addLosses, lossDivisor } from '../../../training/losses.js';
import { cspNetwork } from '../../../training/network/variants.js';
import { initialWeights } from '../../../training/network/weights.js';
import { randomSource } from '../../helpers/random.js';
import { suiteEngines } from '../rectangles.js';

const NETWORK = cspNetwork('tiny', { depth: 0.33, width: 0.125, depthwise: true }, 2);
const WEIGHTS = initialWeights(NETWORK, 1);
const OPTIONS = { replicas: 2, threadsPerReplica: 1, assigner: 'sim-ota' } as const;

function batchOf(pictures: number, side: number): Batch {
  const { uniform } = randomSource(pictures);
  return {
    input: { width: side, height: side },
    pixels: Uint8Array.from({ length: pictures * 3 * side * side }, () => Math.floor(uniform() * 256)),
    objects: Array.from({ length: pictures }, (_, i) => ({
      classIds: Int32Array.of(i % 2),
      boxes: Float32Array.of(20 + i, 30, 16, 24),
    })),
  };
}

describe('the onnxruntime engine', function () {
  this.timeout(120_000);
  const open = suiteEngines();

  it("adds the replicas' shares up, at every size", async () => {
    const engine = await open(NETWORK, { ...OPTIONS, batchSize: 4 });
    const replica = await Replica.open(NETWORK, simOta, 2, 1);
    for (const side of [64, 96, 64]) {
      const batch = batchOf(4, side);
      const half = batch.pixels.length / 2;
      const shares = [];
      for (const i of [0, 1]) {
        const { losses, gradient, statistics } = await replica.step(
          WEIGHTS,
          {
            ...batch,
            pixels: batch.pixels.slice(i * half, (i + 1) * half),
            objects: batch.objects.slice(i * 2, i * 2 + 2),
          },
          { l1: true },
        );
        shares.push({ losses, gradient, statistics });
      }
      const [first, second] = shares;
      const step = await engine.step(WEIGHTS, batch, { l1: true });
      assert.deepEqual(step.losses, addLosses(first.losses, second.losses));
      const divisor = lossDivisor(step.losses);
      step.gradient.forEach((value, i) => near(value, (first.gradient[i] + second.gradient[i]) / divisor));
      step.statistics.forEach((value, i) => near(value, (first.statistics[i] + second.statistics[i]) / 2));
    }
    await replica.close();
  });

  it('repeats a step with the same result', async () => {
    const engine = await open(NETWORK, { ...OPTIONS, batchSize: 4 });
    const [first, second] = [
      await engine.step(WEIGHTS, batchOf(4, 64), { l1: false }),
      await engine.step(WEIGHTS, batchOf(4, 64), { l1: false }),
    ];
    assert.deepEqual(first, second);
  });

  it('reports why a step failed, and still closes', async () => {
    const engine = await openOnnxRuntimeEngine(NETWORK, { ...OPTIONS, batchSize: 2 });
    // 48 is no multiple of 32: the levels of the network do not fit each other.
    await assert.rejects(engine.step(WEIGHTS, batchOf(2, 48), { l1: false }), {
      name: 'InternalError',
      message: /a training replica failed: /,
    });
    await engine.close();
  });

  it('refuses a batch that its replicas cannot share evenly', async () => {
    await assert.rejects(openOnnxRuntimeEngine(NETWORK, { ...OPTIONS, batchSize: 3 }), {
      name: 'UsageError',
      message: /3 pictures .* 2 replicas/,
    });
  });
});

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 1e-5 * Math.abs(expected) + 1e-12, `${actual} against ${expected}`);
}
