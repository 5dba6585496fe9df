import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveTrainConfig } from '../training/config.js';
import type { LabeledPicture } from '../training/data/augment.js';
import { batchMaker } from '../training/data/batches.js';
import { openLoader } from '../training/data/loader.js';
import { readAhead } from '../training/data/read-ahead.js';
import { readDataSet } from '../training/data-set/read.js';
import { updateAverage, updateStatistics } from '../training/ema.js';
import type { Batch } from '../training/engines/engine.js';
import { openOnnxRuntimeEngine } from '../training/engines/onnxruntime/engine.js';
import { parameterLayout } from '../training/network/parameters.js';
import { createNetwork, type Variant } from '../training/network/variants.js';
import { copyWeights, initialWeights } from '../training/network/weights.js';
import { sgdStep } from '../training/optimizer.js';
import { writeDataset } from '../synth/write-dataset.js';
import { randomSource } from '../test/helpers/random.js';
import { machine, median, printTable } from './table.js';
import { printStages } from './training-stages.js';

const INPUT = { width: 320, height: 320 };
const CLASS_COUNT = 8;
const REPLICAS = 2;

/** Prints the speed of whole training steps, and of making their batches from decoded pictures. */
export async function run(): Promise<void> {
  console.log(`whole training steps, ${CLASS_COUNT} classes, ${INPUT.width}x${INPUT.height}; ${machine()}\n`);
  printTable(
    ['network', 'batch', 'threads', 'pictures/s', 'best', 'open (s)', 'peak (MB)', 'grown (MB)'],
    [await steps('yolox-nano', 8, 24), await steps('yolox-s', 4, 8)],
  );
  await printStages('yolox-nano', CLASS_COUNT, randomBatch(4), 12);
  await printStages('yolox-s', CLASS_COUNT, randomBatch(2), 6);
  printTable(['augmentation of', 'pictures/s', 'best'], [await augmentation(8, 12)]);
  console.log(
    `steps of yolox-nano, batch 8, fed by the loader (drives of 960x600 as JPEG, 1 loader thread) beside steps on a batch that is ready\n`,
  );
  printTable(['decoded pictures', 'fed, pictures/s', 'ready, pictures/s', 'ratio', 'peak (MB)'], await fedSteps(4, 12));
}

/** Forward, losses, backward, optimizer and averages. */
async function steps(variant: Variant, batchSize: number, count: number): Promise<(string | number)[]> {
  const network = createNetwork(variant, CLASS_COUNT);
  const layout = parameterLayout(network);
  const weights = initialWeights(network, 0);
  const average = copyWeights(weights);
  const velocity = new Float32Array(layout.size);
  const batch = randomBatch(batchSize);
  const opened = performance.now();
  const engine = await openOnnxRuntimeEngine(network, {
    batchSize,
    replicas: REPLICAS,
    threadsPerReplica: 1,
    assigner: 'sim-ota',
  });
  const openMs = performance.now() - opened;
  const stepMs: number[] = [];
  let settledRss = 0;
  for (let step = 1; step <= count; step++) {
    const start = performance.now();
    const { gradient, statistics } = await engine.step(weights, batch, { l1: false });
    sgdStep(weights.parameters, velocity, gradient, 1e-4, layout);
    updateStatistics(weights.statistics, statistics);
    updateAverage(average, weights, step);
    stepMs.push(performance.now() - start);
    if (step === count / 2) settledRss = process.memoryUsage().rss;
  }
  const grownMb = (process.memoryUsage().rss - settledRss) / 1e6;
  await engine.close();
  const settled = stepMs.slice(2);
  return [
    variant,
    batchSize,
    REPLICAS,
    rate(batchSize, median(settled)),
    rate(batchSize, Math.min(...settled)),
    (openMs / 1e3).toFixed(1),
    Math.round(process.resourceUsage().maxRSS / 1e3),
    Math.round(grownMb),
  ];
}

/**
 * Rounds of steps on batches from the loader take turns with rounds on one batch, so that both see the same machine.
 */
async function fedSteps(rounds: number, stepsPerRound: number): Promise<(string | number)[][]> {
  const folder = mkdtempSync(join(tmpdir(), 'nowcast-bench-'));
  try {
    const { annotations } = await writeDataset({
      out: folder,
      seed: 0,
      sequences: 8,
      frames: 8,
      every: 10,
      size: { width: 960, height: 600 },
      fps: 30,
      pictures: 'jpg',
      signal: new AbortController().signal,
      onFrame: () => undefined,
    });
    const { pictures } = await readDataSet({ annotations, root: folder });
    const network = createNetwork('yolox-nano', CLASS_COUNT);
    const weights = initialWeights(network, 0);
    const batchSize = 8;
    const engine = await openOnnxRuntimeEngine(network, {
      batchSize,
      replicas: REPLICAS,
      threadsPerReplica: 1,
      assigner: 'sim-ota',
    });
    const ready = randomBatch(batchSize);
    const rows = [];
    for (const [name, keepBytes] of [
      ['kept in memory', 2 ** 30],
      ['none kept', 0],
    ] as const) {
      const { augmentation: settings } = resolveTrainConfig({
        variant: 'yolox-nano',
        mosaic: 1,
        train: { annotations: '', root: '' },
      });
      const loader = await openLoader({
        pictures,
        batchSize,
        seed: 0,
        input: INPUT,
        multiscale: [0, 0],
        augmentation: settings,
        closingStep: Infinity,
        threads: 1,
        keepBytes,
        onSkip: (message) => {
          throw new Error(message);
        },
      });
      const fed = readAhead(loader.make, 0, Infinity, 2);
      const nextFed = async (): Promise<Batch> => (await fed.next()).value!;
      const roundMs = async (next: () => Promise<Batch>): Promise<number> => {
        const start = performance.now();
        for (let step = 0; step < stepsPerRound; step++) await engine.step(weights, await next(), { l1: false });
        return performance.now() - start;
      };
      await roundMs(nextFed);
      const times = { fed: [] as number[], ready: [] as number[] };
      for (let round = 0; round < rounds; round++) {
        times.fed.push(await roundMs(nextFed));
        times.ready.push(await roundMs(() => Promise.resolve(ready)));
      }
      await loader.close();
      const [fedMs, readyMs] = [median(times.fed), median(times.ready)];
      rows.push([
        name,
        rate(batchSize * stepsPerRound, fedMs),
        rate(batchSize * stepsPerRound, readyMs),
        (readyMs / fedMs).toFixed(2),
        Math.round(process.resourceUsage().maxRSS / 1e3),
      ]);
    }
    await engine.close();
    return rows;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Mosaics of pictures that are decoded already. */
async function augmentation(batchSize: number, count: number): Promise<(string | number)[]> {
  const pictures = Array.from({ length: 32 }, (_, i) => randomPicture(i));
  const { augmentation: settings } = resolveTrainConfig({
    variant: 'yolox-nano',
    mosaic: 1,
    train: { annotations: '', root: '' },
  });
  const make = batchMaker({
    pictures: pictures.map(({ picture, labels }) => ({ path: '', size: picture, labels })),
    store: { load: (index) => Promise.resolve(pictures[index]) },
    batchSize,
    seed: 0,
    input: INPUT,
    multiscale: [0, 0],
    augmentation: settings,
    closingStep: Infinity,
  });
  const batchMs: number[] = [];
  for (let step = 0; step < count; step++) {
    const start = performance.now();
    await make(step);
    batchMs.push(performance.now() - start);
  }
  const settled = batchMs.slice(2);
  return [
    `mosaics, batch ${batchSize}, 1 thread`,
    rate(batchSize, median(settled)),
    rate(batchSize, Math.min(...settled)),
  ];
}

function randomBatch(batchSize: number): Batch {
  const { uniform } = randomSource(1);
  return {
    input: INPUT,
    pixels: Uint8Array.from({ length: batchSize * 3 * INPUT.width * INPUT.height }, () => uniform() * 256),
    objects: Array.from({ length: batchSize }, () => ({
      classIds: Int32Array.from({ length: 10 }, (_, i) => i % CLASS_COUNT),
      boxes: Float32Array.from({ length: 40 }, (_, i) => (i % 4 < 2 ? 20 + uniform() * 280 : 10 + uniform() * 80)),
    })),
  };
}

function randomPicture(seed: number): LabeledPicture {
  const { uniform } = randomSource(seed);
  const [width, height] = [320, 200];
  return {
    picture: { width, height, rgb: Uint8Array.from({ length: width * height * 3 }, () => uniform() * 256) },
    labels: { classIds: Int32Array.of(0, 1), corners: Float32Array.of(10, 10, 80, 60, 100, 50, 180, 160) },
  };
}

function rate(pictures: number, ms: number): number {
  return Math.round((pictures / ms) * 1e4) / 10;
}
