import { anchorGrid } from '../training/anchors.js';
import { ASSIGNERS } from '../training/assign/assigners.js';
import { updateAverage, updateStatistics } from '../training/ema.js';
import type { Batch } from '../training/engines/engine.js';
import { forwardGraph } from '../training/engines/onnxruntime/forward-graph.js';
import { gradientGraph } from '../training/engines/onnxruntime/gradient-graph.js';
import { openGraph } from '../training/engines/onnxruntime/graph-session.js';
import { packPictures } from '../training/engines/onnxruntime/pack-pictures.js';
import { detectionLoss } from '../training/losses.js';
import { parameterLayout } from '../training/network/parameters.js';
import { createNetwork, type Variant } from '../training/network/variants.js';
import { copyWeights, initialWeights } from '../training/network/weights.js';
import { sgdStep } from '../training/optimizer.js';
import { median, printTable } from './table.js';

/** Prints the time of each stage of a training step, on one thread with no other beside it. */
export async function printStages(variant: Variant, classCount: number, batch: Batch, count: number): Promise<void> {
  const network = createNetwork(variant, classCount);
  const layout = parameterLayout(network);
  const weights = initialWeights(network, 0);
  const average = copyWeights(weights);
  const velocity = new Float32Array(layout.size);
  const pictures = batch.objects.length;
  const [forward, backward] = [
    await openGraph(forwardGraph(network, pictures), 1),
    await openGraph(gradientGraph(network, pictures), 1),
  ];
  const stagesMs = new Map<string, number[]>();
  const timed = async <T>(stage: string, work: () => T | Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    stagesMs.set(stage, [...(stagesMs.get(stage) ?? []), performance.now() - start]);
    return result;
  };
  for (let step = 1; step <= count; step++) {
    const images = await timed('pack pictures', () => packPictures(network, batch.pixels, pictures, batch.input));
    const shared = { images, parameters: { data: weights.parameters, dims: [layout.size] } };
    const center = { data: weights.statistics.subarray(0, layout.normChannels), dims: [layout.normChannels] };
    const { raw, ...made } = await timed('forward graph', () => forward.run({ ...shared, center }));
    const { gradient: atRaw } = await timed('assignment and losses', () =>
      detectionLoss(raw.data, batch.objects, {
        classCount,
        grid: anchorGrid(batch.input),
        assign: ASSIGNERS['sim-ota'],
        l1: false,
      }),
    );
    const { gradient } = await timed('gradient graph', () =>
      backward.run({ ...shared, ...made, raw_gradient: { data: atRaw, dims: raw.dims } }),
    );
    await timed('optimizer and averages', () => {
      sgdStep(weights.parameters, velocity, gradient.data, 1e-4, layout);
      updateStatistics(weights.statistics, made['statistics'].data);
      updateAverage(average, weights, step);
    });
  }
  await Promise.all([forward.close(), backward.close()]);
  const medians = Array.from(stagesMs, ([stage, ms]) => [stage, median(ms.slice(2))] as const);
  const totalMs = medians.reduce((sum, [, ms]) => sum + ms, 0);
  printTable(
    [`${variant}, ${pictures} pictures, 1 thread`, 'ms', 'share'],
    medians.map(([stage, ms]) => [stage, ms.toFixed(1), `${Math.round((100 * ms) / totalMs)} %`]),
  );
}
