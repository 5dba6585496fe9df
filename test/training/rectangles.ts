import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { resolveTrainConfig, type TrainConfig } from '../../training/config.js';
import type { DataSet } from '../../training/data-set/data-set.js';
import { readDataSet } from '../../training/data-set/read.js';
import type { Engine } from '../../training/engines/engine.js';
import { openOnnxRuntimeEngine } from '../../training/engines/onnxruntime/engine.js';
import type { TrainOptions } from '../../training/train.js';

const COLOURS = [
  [220, 40, 40],
  [40, 60, 220],
] as const;

/** Four pictures, each with one rectangle of either class, and their annotations. */
export async function drawDataSet(root: string): Promise<DataSet> {
  const rectangles = [
    [8, 10, 40, 30],
    [50, 40, 36, 44],
    [20, 52, 48, 32],
    [48, 6, 30, 60],
  ];
  for (const [i, [left, top, width, height]] of rectangles.entries()) {
    const [r, g, b] = COLOURS[i % 2];
    await sharp({ create: { width: 96, height: 96, channels: 3, background: { r: 90 + i * 10, g: 110, b: 100 } } })
      .composite([{ input: { create: { width, height, channels: 3, background: { r, g, b } } }, left, top }])
      .png()
      .toFile(join(root, `${i}.png`));
  }
  const annotations = join(root, 'annotations.json');
  writeFileSync(
    annotations,
    JSON.stringify({
      categories: [
        { id: 1, name: 'red' },
        { id: 2, name: 'blue' },
      ],
      images: rectangles.map((_, id) => ({ id, file_name: `${id}.png`, width: 96, height: 96 })),
      annotations: rectangles.map((bbox, id) => ({
        id,
        image_id: id,
        category_id: (id % 2) + 1,
        bbox,
        area: bbox[2] * bbox[3],
        iscrowd: 0,
      })),
    }),
  );
  return readDataSet({ annotations, root });
}

type OpenEngine = typeof openOnnxRuntimeEngine;

/** Opens engines once for the calling suite: that takes seconds, and a step depends on none before it. */
export function suiteEngines(): OpenEngine {
  const engines = new Map<string, Promise<Engine>>();
  after(async () => {
    for (const engine of engines.values()) await (await engine).close();
  });
  return async (network, options) => {
    const key = JSON.stringify([network.name, network.classCount, options]);
    const opened = engines.get(key) ?? openOnnxRuntimeEngine(network, options);
    engines.set(key, opened);
    return { ...(await opened), close: () => Promise.resolve() };
  };
}

/** A run of a small network on them. */
export function trainOptions(
  dataSet: DataSet,
  out: string,
  settings: object,
  over: Partial<TrainOptions> = {},
  open: OpenEngine = openOnnxRuntimeEngine,
): TrainOptions {
  const config: TrainConfig = resolveTrainConfig({
    variant: 'yolox-nano',
    train: { annotations: '', root: '' },
    input: '96x96',
    batch_size: 4,
    multiscale: 0,
    ...settings,
  });
  return {
    config,
    train: dataSet,
    out,
    resume: false,
    loaders: 1,
    keepBytes: 2 ** 20,
    threads: 1,
    signal: new AbortController().signal,
    openEngine: (network) =>
      open(network, {
        batchSize: config.batchSize,
        replicas: 1,
        threadsPerReplica: 1,
        assigner: config.assigner,
      }),
    onStep: () => undefined,
    onValidating: () => undefined,
    onValidation: () => undefined,
    onWarning: (message) => assert.fail(message),
    ...over,
  };
}
