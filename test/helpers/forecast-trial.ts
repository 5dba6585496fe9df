import { evaluateBoxes, type ObjectColumns } from '../../evaluation/coco-ap.js';
import { DetectionList } from '../../evaluation/detection-list.js';
import type { Detection } from '../../src/core/detection.js';
import type { Tracker } from '../../src/track/tracker.js';
import { detect, drawFlaws } from './flawed-detector.js';
import { CLASS_NAMES, driveScene, overlookScene, type Scene } from './moving-scenes.js';
import { randomSource } from './random.js';

/** A synthetic detector with its errors and runtimes, run over a few synthetic scenes of one kind. */
export type Trial = {
  readonly kind: 'drive' | 'overlook';
  readonly meanRuntimeFrames: number;
  readonly centreNoise: number;
  readonly runs: readonly Run[];
  readonly objects: ObjectColumns;
  readonly frameCount: number;
  /** Time between two frames. */
  readonly frameMs: number;
};

type Run = {
  readonly scene: Scene;
  readonly detections: readonly (readonly Detection[])[];
  /** In the order of time, which is counted in frames. */
  readonly outputs: readonly { readonly atFrames: number; readonly input: number }[];
};

/** Scenes have 30 frames a second; of every so many of them a slower camera takes one. */
const SCENE_FRAME_MS = 1000 / 30;
const TAKEN_OF = [1, 1, 2, 3] as const;

/** Even seeds give a standing camera, odd ones a drive. */
export function drawTrial(seed: number, scenes = 3, framesPerScene = 100): Trial {
  const kind = seed % 2 === 0 ? 'overlook' : 'drive';
  const flaws = drawFlaws(seed * 1000 + 1);
  const { uniform, gaussian } = randomSource(seed * 1000 + 2);
  const meanRuntimeFrames = 0.6 * (4 / 0.6) ** uniform();
  const jitter = 0.05 + 0.25 * uniform();
  const takenOf = TAKEN_OF[Math.floor(TAKEN_OF.length * uniform())];
  const runtime = (): number => meanRuntimeFrames * Math.exp(jitter * gaussian() - jitter ** 2 / 2);
  const runs = Array.from({ length: scenes }, (_, s) => {
    const { size, frames } = (kind === 'drive' ? driveScene : overlookScene)(
      seed * 1000 + 10 + s,
      framesPerScene * takenOf,
    );
    const scene = { size, frames: frames.filter((_, i) => i % takenOf === 0) };
    return {
      scene,
      detections: detect(scene, flaws, seed * 1000 + 100 + s),
      outputs: runNewestFrame(framesPerScene, runtime),
    };
  });
  const truth = runs
    .flatMap(({ scene }) => scene.frames)
    .flatMap((objects, image) => objects.map((object) => ({ ...object, image })));
  const objects = {
    image: Int32Array.from(truth, ({ image }) => image),
    classIndex: Int32Array.from(truth, ({ classId }) => classId),
    boxes: Float64Array.from(truth.flatMap(({ box: { x1, y1, x2, y2 } }) => [x1, y1, x2 - x1, y2 - y1])),
    area: Float64Array.from(truth, ({ box: { x1, y1, x2, y2 } }) => (x2 - x1) * (y2 - y1)),
    crowd: new Uint8Array(truth.length),
    idIsZero: new Uint8Array(truth.length),
  };
  return {
    kind,
    meanRuntimeFrames,
    centreNoise: flaws.centreNoise,
    runs,
    objects,
    frameCount: scenes * framesPerScene,
    frameMs: takenOf * SCENE_FRAME_MS,
  };
}

/**
 * Streaming AP, 0 to 1, of the trial's outputs as they are or, with a tracker for each scene, carried forward to each
 * frame.
 */
export function streamingAp(
  { runs, objects, frameCount, frameMs }: Trial,
  newTracker?: (frameMs: number) => Tracker,
): number {
  const results = new DetectionList();
  let image = 0;
  for (const { scene, detections, outputs } of runs) {
    const tracker = newTracker?.(frameMs);
    let there = 0;
    for (let frame = 0; frame < scene.frames.length; frame++, image++) {
      const before = there;
      while (there < outputs.length && outputs[there].atFrames <= frame) there++;
      if (there === 0) continue;
      const { input } = outputs[there - 1];
      if (there !== before) tracker?.observe(detections[input], input * frameMs, scene.size);
      const now = tracker?.forecast(frame * frameMs, scene.size) ?? detections[input];
      for (const detection of now) results.addDetection(image, detection.classId, detection);
    }
  }
  return evaluateBoxes(objects, results.columns(), frameCount, CLASS_NAMES.length).stats.AP ?? 0;
}

/** Times of outputs, if the newest frame runs whenever the detector is free. */
function runNewestFrame(frameCount: number, runtime: () => number): Run['outputs'] {
  const outputs = [];
  let now = 0;
  for (let last = -1; now < frameCount;) {
    const input = Math.max(Math.floor(now), last + 1);
    now = Math.max(now, input) + runtime();
    outputs.push({ atFrames: now, input });
    last = input;
  }
  return outputs;
}
