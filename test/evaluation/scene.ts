import { detectionTable, matcher, objectTable, type Matcher } from '../../evaluation/coco-ap.js';
import { parseDetections, type ParsedDetections } from '../../evaluation/detections.js';
import { parseGroundTruth, type GroundTruth } from '../../evaluation/ground-truth.js';
import { prepareDetections, type ScoredDetections } from '../../evaluation/score.js';
import { randomSource } from '../helpers/random.js';

export type Annotation = {
  id: number;
  image_id: number;
  category_id: number;
  bbox: number[];
  area: number;
  iscrowd: number;
};
export type Result = { image_id: number; category_id: number; bbox: number[]; score: number };
export type Annotations = {
  images: { id: number; sid: number; fid: number; name: string; width: number; height: number }[];
  annotations: Annotation[];
  categories: { id: number; name: string }[];
  sequences: string[];
  seq_dirs: string[];
};
export type Scene = { readonly annotations: Annotations; readonly results: Result[] };

const CLASSES = ['person', 'car', 'bus'];
const SIZE = { width: 1920, height: 1200 };

/** Boxes that move steadily through a few sequences, and a detector that finds most of them, not quite in place. */
export function drawScene(seed: number, { sequences = 2, frames = 30, objects = 5 } = {}): Scene {
  const { uniform, gaussian } = randomSource(seed);
  const annotations: Annotations = {
    images: [],
    annotations: [],
    sequences: [],
    seq_dirs: [],
    categories: CLASSES.map((name, id) => ({ id, name })),
  };
  const results: Result[] = [];
  for (let sid = 0; sid < sequences; sid++) {
    annotations.sequences.push(`drive-${sid}`);
    annotations.seq_dirs.push(`drive-${sid}/frames`);
    const paths = Array.from({ length: objects }, () => ({
      category_id: Math.floor(uniform() * CLASSES.length),
      x: 200 + 1200 * uniform(),
      y: 200 + 700 * uniform(),
      dx: gaussian() * 6,
      dy: gaussian() * 3,
      size: 20 + 150 * uniform(),
    }));
    for (let fid = 0; fid < frames; fid++) {
      const image_id = annotations.images.length;
      annotations.images.push({ id: image_id, sid, fid, name: `${fid}.jpg`, ...SIZE });
      for (const { category_id, x, y, dx, dy, size } of paths) {
        const bbox = [x + fid * dx, y + fid * dy, size, size * 0.8];
        annotations.annotations.push({
          id: annotations.annotations.length + 1,
          image_id,
          category_id,
          bbox,
          area: bbox[2] * bbox[3],
          iscrowd: 0,
        });
        if (uniform() < 0.85)
          results.push({
            image_id,
            category_id,
            bbox: bbox.map((side) => side + gaussian() * 1.5),
            score: 0.3 + 0.7 * uniform(),
          });
        if (uniform() < 0.2)
          results.push({ image_id, category_id, bbox: [x + 300 * gaussian(), y, size, size], score: 0.6 * uniform() });
      }
    }
  }
  return { annotations, results };
}

export type ReadScene = {
  readonly truth: GroundTruth;
  readonly parsed: ParsedDetections;
  readonly detections: ScoredDetections;
};

export function readScene({ annotations, results }: Scene): ReadScene {
  const truth = parseGroundTruth(annotations);
  const parsed = parseDetections(results, truth);
  return { truth, parsed, detections: prepareDetections(truth, parsed.columns, truth.images.length) };
}

/** The annotations as detections with full scores. */
export function perfectResults({ annotations }: Annotations): Result[] {
  return annotations.map(({ image_id, category_id, bbox }, i) => ({
    image_id,
    category_id,
    bbox,
    score: 0.5 + i / annotations.length / 2,
  }));
}

export function matcherOf(truth: GroundTruth, { columns }: ParsedDetections): Matcher {
  const [images, classes] = [truth.images.length, truth.classes.length];
  return matcher(objectTable(truth.objects, images, classes), detectionTable(columns, images, classes));
}

/** The same values in another order. */
export function shuffled<T>(values: readonly T[], seed: number): T[] {
  const { uniform } = randomSource(seed);
  const mixed = [...values];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [mixed[i], mixed[j]] = [mixed[j], mixed[i]];
  }
  return mixed;
}
