import { parseArgs } from 'node:util';
import { evaluateBoxes, type ObjectColumns } from '../evaluation/coco-ap.js';
import { DetectionList, detectionsByFrame } from '../evaluation/detection-list.js';
import { parseDetections } from '../evaluation/detections.js';
import { parseGroundTruth } from '../evaluation/ground-truth.js';
import { readJsonFile } from '../evaluation/load.js';
import { clearMot } from '../evaluation/tracking/clear-mot.js';
import { identity } from '../evaluation/tracking/identity.js';
import type { TrackedBox } from '../evaluation/tracking/tracked-frame.js';
import type { Detection } from '../src/core/detection.js';
import type { Size } from '../src/core/size.js';
import { trackerByName } from '../src/track/kinds.js';
import type { Tracker } from '../src/track/tracker.js';
import { detect, drawFlaws } from '../test/helpers/flawed-detector.js';
import { CLASS_NAMES, driveScene } from '../test/helpers/moving-scenes.js';
import { printTable } from './table.js';

/** Objects and detections of one sequence of 30 frames a second, frame by frame. */
type Sequence = {
  readonly size: Size;
  readonly truth: readonly (readonly TrackedBox[])[];
  readonly detections: readonly (readonly Detection[])[];
};

const FPS = 30;
const FRAME_MS = 1000 / FPS;
const SCENES = 8;
const SCENE_FRAMES = 300;
const LEAST_SCORE = 0.25;
/** Frames from one percept to the next. */
const STEPS = [1, 3, 6, 10, 15, 30, 60];
const AT_ONCE = { minConsecutiveFrames: 1, minTrackScore: 0 };
const TRACKERS: readonly { readonly name: string; readonly create: () => Tracker }[] = [
  {
    name: 'kalman (sAP)',
    create: () => trackerByName('kalman').create({ frameIntervalMs: FRAME_MS, onEmpty: 'keep' }),
  },
  {
    name: 'nowcast, every object',
    create: () => trackerByName('nowcast').create({ frameIntervalMs: FRAME_MS, ...AT_ONCE }),
  },
  { name: 'nowcast', create: () => trackerByName('nowcast').create({ frameIntervalMs: FRAME_MS }) },
];

/**
 * Prints the quality of tracks, and of forecasts from a detector that takes the whole time between two percepts, at
 * several rates. By default the detector and its drives are synthetic; a data set with tracks and the results of a real
 * detector on it can be given.
 *
 *     npm run bench -- tracks [--annotations FILE.json --detections RESULTS.json]
 */
export async function run(): Promise<void> {
  const { values } = parseArgs({
    options: { annotations: { type: 'string' }, detections: { type: 'string' } },
    allowPositionals: true,
  });
  const sequences =
    values.annotations === undefined || values.detections === undefined
      ? syntheticSequences()
      : await readSequences(values.annotations, values.detections);
  printTable(
    [
      'percepts/s',
      'tracker',
      'MOTA',
      'IDF1',
      'switches',
      'fragments',
      'false boxes',
      'missed boxes',
      'tracks',
      'objects',
    ],
    STEPS.flatMap((step) =>
      TRACKERS.map(({ name, create }) => [FPS / step, name, ...tracking(sequences, step, create)]),
    ),
  );
  printTable(
    ['percepts/s', 'no forecast', ...TRACKERS.map(({ name }) => name)],
    STEPS.map((step) => [
      FPS / step,
      streamingAp(sequences, step).toFixed(4),
      ...TRACKERS.map(({ create }) => streamingAp(sequences, step, create).toFixed(4)),
    ]),
  );
}

function syntheticSequences(): Sequence[] {
  return Array.from({ length: SCENES }, (_, seed) => {
    const scene = driveScene(seed, SCENE_FRAMES);
    const detections = detect(scene, drawFlaws(seed), seed);
    return { size: scene.size, truth: scene.frames, detections: detections.map(scored) };
  });
}

/** Reads Argoverse-HD's annotations with their tracks, such as those of `nowcast synth`, and COCO results. */
async function readSequences(annotationsFile: string, detectionsFile: string): Promise<Sequence[]> {
  const json = (await readJsonFile(annotationsFile)) as {
    annotations: { image_id: number; category_id: number; bbox: [number, number, number, number]; track: number }[];
  };
  const truth = parseGroundTruth(json);
  const { columns } = parseDetections(await readJsonFile(detectionsFile), truth);
  const detectionsOf = detectionsByFrame(columns, truth.images.length, truth.classes);
  const objects = truth.images.map((): TrackedBox[] => []);
  for (const { image_id, category_id, bbox, track } of json.annotations) {
    const [x1, y1, width, height] = bbox;
    const box = { x1, y1, x2: x1 + width, y2: y1 + height };
    objects[truth.imageIndex.get(image_id)!].push({ id: track, classId: truth.classIndex.get(category_id)!, box });
  }
  return truth.sequences.map(({ images }) => ({
    size: truth.images[images[0]].size!,
    truth: Array.from(images, (image) => objects[image]),
    detections: Array.from(images, (image) => scored(detectionsOf(image))),
  }));
}

function scored(detections: readonly Detection[]): Detection[] {
  return detections.filter(({ score }) => score >= LEAST_SCORE);
}

function tracking(sequences: readonly Sequence[], step: number, create: () => Tracker): (string | number)[] {
  const sum = { objects: 0, misses: 0, falsePositives: 0, switches: 0, fragments: 0, matches: 0, boxes: 0 };
  let [tracks, objects] = [0, 0];
  for (const { size, truth, detections } of sequences) {
    const tracker = create();
    const frames = truth
      .map((objectsOfFrame, i) => ({ i, truth: objectsOfFrame }))
      .filter(({ i }) => i % step === 0)
      .map(({ i, truth: objectsOfFrame }) => ({
        truth: objectsOfFrame,
        tracks: tracker
          .observe(detections[i], i * FRAME_MS, size)
          .flatMap(({ trackId, classId, box }) => (trackId === undefined ? [] : [{ id: trackId, classId, box }])),
      }));
    const mot = clearMot(frames);
    const { matches, falsePositives, misses } = identity(frames);
    for (const key of ['objects', 'misses', 'falsePositives', 'switches', 'fragments'] as const) sum[key] += mot[key];
    sum.matches += matches;
    sum.boxes += 2 * matches + falsePositives + misses;
    tracks += new Set(frames.flatMap((frame) => frame.tracks.map(({ id }) => id))).size;
    objects += new Set(frames.flatMap((frame) => frame.truth.map(({ id }) => id))).size;
  }
  const mota = 1 - (sum.misses + sum.falsePositives + sum.switches) / sum.objects;
  const idf1 = (2 * sum.matches) / sum.boxes;
  const { switches, fragments, falsePositives, misses } = sum;
  return [mota.toFixed(3), idf1.toFixed(3), switches, fragments, falsePositives, misses, tracks, objects];
}

/** AP over every frame of the last output there, `step` frames after its input. */
function streamingAp(sequences: readonly Sequence[], step: number, create?: () => Tracker): number {
  const results = new DetectionList();
  let image = 0;
  for (const { size, truth, detections } of sequences) {
    const tracker = create?.();
    for (let i = 0; i < truth.length; i++, image++) {
      const input = Math.floor(i / step) * step - step;
      if (input < 0) continue;
      if (i % step === 0) tracker?.observe(detections[input], input * FRAME_MS, size);
      const now = tracker?.forecast(i * FRAME_MS, size) ?? detections[input];
      for (const detection of now) results.addDetection(image, detection.classId, detection);
    }
  }
  const columns = objectColumns(sequences);
  return evaluateBoxes(columns, results.columns(), image, CLASS_NAMES.length).stats.AP ?? 0;
}

function objectColumns(sequences: readonly Sequence[]): ObjectColumns {
  const rows = sequences
    .flatMap(({ truth }) => truth)
    .flatMap((objects, image) => objects.map(({ classId, box }) => ({ image, classId, box })));
  return {
    image: Int32Array.from(rows, ({ image }) => image),
    classIndex: Int32Array.from(rows, ({ classId }) => classId),
    boxes: Float64Array.from(rows.flatMap(({ box: { x1, y1, x2, y2 } }) => [x1, y1, x2 - x1, y2 - y1])),
    area: Float64Array.from(rows, ({ box: { x1, y1, x2, y2 } }) => (x2 - x1) * (y2 - y1)),
    crowd: new Uint8Array(rows.length),
    idIsZero: new Uint8Array(rows.length),
  };
}
