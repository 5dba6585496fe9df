import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  detectionTable,
  evaluateBoxes,
  matcher,
  objectTable,
  type DetectionColumns,
  type Matcher,
  type ObjectColumns,
} from '../evaluation/coco-ap.js';
import type { GroundTruth } from '../evaluation/ground-truth.js';
import { PairingTally, frameTimesS, lastOutputs } from '../evaluation/pairing.js';
import { drawnRuntimes, type RuntimeSource } from '../evaluation/runtimes.js';
import { simulateSequence } from '../evaluation/simulate.js';
import { simulatedRun } from '../evaluation/streamed-run.js';
import { streamingAp } from '../evaluation/streaming-ap.js';
import { policyByName } from '../src/scheduling/kinds.js';
import type { Detection } from '../src/core/detection.js';
import { TRACKERS, trackerByName } from '../src/track/kinds.js';
import { randomSource } from '../test/helpers/random.js';

type Scene = {
  readonly images: number;
  readonly classes: number;
  readonly objectsPerImage: number;
  readonly detectionsPerImage: number;
};

/** Like COCO, and of the size of Argoverse-HD's validation set. */
const SMALL: Scene = { images: 2_000, classes: 8, objectsPerImage: 16, detectionsPerImage: 36 };
const LARGE: Scene = { images: 15_062, classes: 8, objectsPerImage: 17, detectionsPerImage: 100 };
const FPS = 30;
const POLICIES = ['idle-free', 'shrinking-tail', 'threshold', 'idle-next', 'stride:2'];

/** Prints the duration of evaluations, and the scores of schedules, on synthetic data of the stated sizes. */
export function run(): Promise<void> {
  console.log('\nCOCO AP, 12 numbers');
  console.table([
    inMemory('2,000 images', SMALL),
    inMemory('15,062 images', LARGE),
    fromFiles('15,062 images, with loading', LARGE),
  ]);
  console.log('\nSimulated streaming AP of 15,062 frames, settings one after another over the same detections');
  console.table(sweep(LARGE));
  console.log('\nForecasting 100 boxes');
  console.table(forecasting());
  console.log('\nMean staleness in frames, log-normal runtimes, 200,000 frames (lower is better)');
  console.table(schedules());
  return Promise.resolve();
}

function inMemory(what: string, scene: Scene): object {
  const { objects, detections } = draw(scene);
  const [seconds] = timed(() => evaluateBoxes(objects, detections, scene.images, scene.classes));
  return { what, objects: objects.image.length, detections: detections.frame.length, seconds: rounded(seconds) };
}

function fromFiles(what: string, scene: Scene): object {
  const dir = mkdtempSync(join(tmpdir(), 'nowcast-bench-'));
  try {
    const { objects, detections } = draw(scene);
    const [annotationsPath, detectionsPath] = [join(dir, 'annotations.json'), join(dir, 'detections.json')];
    writeFileSync(
      annotationsPath,
      JSON.stringify({
        categories: Array.from({ length: scene.classes }, (_, id) => ({ id, name: `class ${id}` })),
        images: Array.from({ length: scene.images }, (_, id) => ({
          id,
          file_name: `${id}.jpg`,
          width: 1920,
          height: 1200,
        })),
        annotations: Array.from(objects.image, (image_id, i) => ({
          id: i + 1,
          image_id,
          category_id: objects.classIndex[i],
          bbox: [...objects.boxes.subarray(i * 4, i * 4 + 4)],
          area: objects.area[i],
          iscrowd: 0,
        })),
      }),
    );
    writeFileSync(
      detectionsPath,
      JSON.stringify(
        Array.from(detections.frame, (image_id, i) => ({
          image_id,
          category_id: detections.classIndex[i],
          bbox: [...detections.boxes.subarray(i * 4, i * 4 + 4)],
          score: detections.scores[i],
        })),
      ),
    );
    const program = fileURLToPath(new URL('evaluation-files.js', import.meta.url));
    const { seconds, peakMb } = JSON.parse(
      execFileSync(process.execPath, [program, annotationsPath, detectionsPath], { encoding: 'utf8' }),
    ) as { seconds: number; peakMb: number };
    return {
      what,
      objects: objects.image.length,
      detections: detections.frame.length,
      seconds: rounded(seconds),
      peakMb: Math.round(peakMb),
    };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function sweep(scene: Scene): object[] {
  const { objects, detections } = draw(scene);
  const truth = drivesOf(scene, objects);
  const [tables, cached] = timed(() =>
    matcher(objectTable(objects, scene.images, scene.classes), detectionTable(detections, scene.images, scene.classes)),
  );
  const samplesS = logNormal(1.2 / FPS, 0.15, 500, 1);
  const settings = POLICIES.flatMap((policy) =>
    [0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.5, 2, 3].map((perfFactor) => ({ policy, perfFactor })),
  );
  const times = settings.map(
    ({ policy, perfFactor }) =>
      timed(() =>
        scoreSetting(
          truth,
          cached,
          policy,
          samplesS.map((s) => s / perfFactor),
        ),
      )[0],
  );
  const [simulation] = timed(() => simulate(truth, 'idle-free', samplesS));
  const all = times.reduce((sum, seconds) => sum + seconds, 0);
  return [
    { what: 'grouping and ranking detections, once', seconds: rounded(tables) },
    { what: 'simulating one setting', seconds: rounded(simulation) },
    { what: 'first setting', seconds: rounded(times[0]) },
    { what: `all ${settings.length} settings`, seconds: rounded(all) },
    { what: 'a setting on average', seconds: rounded(all / settings.length) },
  ];
}

function scoreSetting(truth: GroundTruth, cached: Matcher, policy: string, samplesS: readonly number[]): void {
  streamingAp(cached, truth, simulate(truth, policy, samplesS), 0);
}

function simulate(truth: GroundTruth, policy: string, samplesS: readonly number[]) {
  const runtimes = drawnRuntimes(samplesS, 0);
  const settings = { fps: FPS, policy: policyByName(policy), workers: 1, knownRuntimesS: samplesS };
  return simulatedRun(
    truth,
    truth.sequences.map(({ images }) => simulateSequence(images.length, settings, runtimes)),
    FPS,
  );
}

/** Argoverse-HD's validation set has 24 drives. */
function drivesOf({ images, classes }: Scene, objects: ObjectColumns): GroundTruth {
  const drives = 24;
  const length = Math.ceil(images / drives);
  return {
    classes: Array.from({ length: classes }, (_, id) => ({ id, name: `class ${id}` })),
    classIndex: new Map(),
    images: Array.from({ length: images }, (_, id) => ({ id, name: `${id}.jpg` })),
    imageIndex: new Map(),
    sequences: Array.from({ length: drives }, (_, s) => ({
      name: `drive ${s}`,
      dir: '.',
      images: Int32Array.from({ length: Math.min(length, images - s * length) }, (_, i) => s * length + i),
    })),
    objects,
    warnings: [],
  };
}

function forecasting(): object[] {
  const { uniform } = randomSource(1);
  const size = { width: 1920, height: 1200 };
  const frames = Array.from({ length: 300 }, (_, frame) =>
    Array.from({ length: 100 }, (_, i): Detection => {
      const [x1, y1] = [(i % 10) * 180 + frame * 0.5 + uniform(), Math.floor(i / 10) * 110 + uniform()];
      return { box: { x1, y1, x2: x1 + 60, y2: y1 + 40 }, score: 0.5 + uniform() / 2, classId: i % 8, className: '' };
    }),
  );
  return TRACKERS.map(({ examples: [forecaster] }) => {
    const tracker = trackerByName(forecaster).create({ frameIntervalMs: 1000 / FPS });
    const observe = (from: number, to: number): void => {
      for (let frame = from; frame < to; frame++) tracker.observe(frames[frame], frame * 33.3, size);
    };
    observe(0, 100);
    const [observing] = timed(() => observe(100, 300));
    const [asking] = timed(() => {
      for (let frame = 300; frame < 500; frame++) tracker.forecast(frame * 33.3, size);
    });
    return { forecaster, 'observe, ms': rounded(observing * 5), 'forecast, ms': rounded(asking * 5) };
  });
}

function schedules(): object[] {
  return [
    [0.9, 0.15],
    [0.9, 0.2],
    [0.95, 0.15],
    [1, 0.15],
    [1, 0.2],
    [1.05, 0.15],
    [1.1, 0.15],
    [1.1, 0.2],
    [1.5, 0.15],
  ].map(([meanFrames, jitter]) => {
    const samplesS = logNormal(meanFrames / FPS, jitter, 20_000, 1);
    const of = (policy: string): number => rounded(meanStaleness(policy, samplesS, drawnRuntimes(samplesS, 1)));
    return {
      'mean, frames': meanFrames,
      jitter,
      'idle-free': of('idle-free'),
      'shrinking-tail': of('shrinking-tail'),
      threshold: of('threshold'),
    };
  });
}

function meanStaleness(policy: string, knownRuntimesS: readonly number[], runtimes: RuntimeSource): number {
  const frames = 200_000;
  const { runs } = simulateSequence(
    frames,
    { fps: FPS, policy: policyByName(policy), workers: 1, knownRuntimesS },
    runtimes,
  );
  const tally = new PairingTally();
  tally.add(
    lastOutputs(
      runs.map(({ endS }) => endS),
      frameTimesS(frames, FPS, 0),
    ),
    Int32Array.from(runs, ({ frame }) => frame),
  );
  const { mismatch, miss } = tally.counts();
  return mismatch / (frames - miss);
}

/** @param jitter standard deviation as a share of the mean */
function logNormal(mean: number, jitter: number, count: number, seed: number): number[] {
  const { gaussian } = randomSource(seed);
  const sigma = Math.sqrt(Math.log(1 + jitter ** 2));
  return Array.from({ length: count }, () => mean * Math.exp(sigma * gaussian() - sigma ** 2 / 2));
}

/** Random objects. Most detections lie near their object, the others anywhere. */
function draw({ images, classes, objectsPerImage, detectionsPerImage }: Scene): {
  objects: ObjectColumns;
  detections: DetectionColumns;
} {
  const { uniform, gaussian } = randomSource(1);
  const round = (value: number): number => Math.round(value * 1000) / 1000;
  const objectCount = images * objectsPerImage;
  const detectionCount = images * detectionsPerImage;
  const objects = {
    image: new Int32Array(objectCount),
    classIndex: new Int32Array(objectCount),
    boxes: new Float64Array(objectCount * 4),
    area: new Float64Array(objectCount),
    crowd: new Uint8Array(objectCount),
    idIsZero: new Uint8Array(objectCount),
  };
  const detections = {
    frame: new Int32Array(detectionCount),
    classIndex: new Int32Array(detectionCount),
    boxes: new Float64Array(detectionCount * 4),
    scores: new Float64Array(detectionCount),
  };
  for (let i = 0; i < objectCount; i++) {
    const size = 10 + 300 * uniform() ** 3;
    objects.image[i] = Math.floor(i / objectsPerImage);
    objects.classIndex[i] = Math.floor(uniform() * classes);
    objects.boxes.set([uniform() * 1600, uniform() * 900, size, size * (0.5 + uniform())].map(round), i * 4);
    objects.area[i] = objects.boxes[i * 4 + 2] * objects.boxes[i * 4 + 3];
  }
  for (let i = 0; i < detectionCount; i++) {
    const frame = Math.floor(i / detectionsPerImage);
    const nth = i % detectionsPerImage;
    const near = nth < objectsPerImage;
    const object = frame * objectsPerImage + (near ? nth : Math.floor(uniform() * objectsPerImage));
    detections.frame[i] = frame;
    detections.classIndex[i] = objects.classIndex[object];
    for (let side = 0; side < 4; side++) {
      const value = objects.boxes[object * 4 + side];
      detections.boxes[i * 4 + side] = round(
        side < 2 ? value + gaussian() * (near ? 4 : 200) : value * (0.9 + 0.2 * uniform()),
      );
    }
    detections.scores[i] = Math.round((near ? 0.4 + 0.6 * uniform() : 0.6 * uniform()) * 1e6) / 1e6;
  }
  return { objects, detections };
}

function timed<T>(work: () => T): [number, T] {
  const start = performance.now();
  const result = work();
  return [(performance.now() - start) / 1000, result];
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
