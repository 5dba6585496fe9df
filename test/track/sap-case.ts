import { join } from 'node:path';
import type { Detection } from '../../src/core/detection.js';
import type { Size } from '../../src/core/size.js';
import type { Tracker } from '../../src/track/tracker.js';
import { readJson, type ParityCase } from '../helpers/shared.js';

/** One COCO result: `bbox` is left, top, width, height. */
export type CocoResult = {
  readonly image_id: number;
  readonly category_id: number;
  readonly bbox: readonly [number, number, number, number];
  readonly score: number;
};

/** Times of outputs in seconds, and the frame that each was computed from. */
type Stream = { readonly timestamps: readonly number[]; readonly input_fidx: readonly number[] };

export type SapSetting = {
  readonly settings: { readonly eta: number };
  readonly streams: Readonly<Record<string, Stream>>;
  readonly kf_n_results?: number;
  readonly kf_sample?: readonly CocoResult[];
  readonly kf_stats?: readonly number[];
};

export type SapCase = {
  readonly settings: Readonly<Record<string, SapSetting>>;
  readonly classNames: readonly string[];
  /** Image ids of each sequence by its name, in order, with the size of its pictures. */
  readonly sequences: Readonly<Record<string, { readonly imageIds: readonly number[]; readonly size: Size }>>;
  readonly detectionsOf: ReadonlyMap<number, readonly Detection[]>;
};

const FPS = 30;

export function readSapCase({ path }: ParityCase): SapCase {
  type Image = Size & { id: number; sid: number };
  const annotations = readJson<{ images: Image[]; sequences: string[]; categories: { id: number; name: string }[] }>(
    join(path, 'annotations.json'),
  );
  const classNames = annotations.categories.map(({ name }) => name);
  const detectionsOf = new Map<number, Detection[]>(annotations.images.map(({ id }) => [id, []]));
  for (const {
    image_id,
    category_id,
    bbox: [x, y, w, h],
    score,
  } of readJson<CocoResult[]>(join(path, 'detections.json'))) {
    detectionsOf.get(image_id)!.push({
      box: { x1: x, y1: y, x2: x + w, y2: y + h },
      score,
      classId: category_id,
      className: classNames[category_id],
    });
  }
  const sequences = Object.fromEntries(
    annotations.sequences.map((name, sid) => {
      const images = annotations.images.filter((image) => image.sid === sid);
      return [name, { imageIds: images.map(({ id }) => id), size: images[0] }];
    }),
  );
  return { settings: readJson(join(path, 'expected.json')), classNames, sequences, detectionsOf };
}

/** Forecasts every frame from the last output at or before it, as the toolkit's post-process does. */
export function forecastSetting(
  sap: SapCase,
  { settings: { eta }, streams }: SapSetting,
  newTracker: (frameIntervalMs: number) => Tracker,
): CocoResult[] {
  const results: CocoResult[] = [];
  for (const [name, { imageIds, size }] of Object.entries(sap.sequences)) {
    const { timestamps, input_fidx: inputs } = streams[name];
    const tracker = newTracker(1000 / FPS);
    const atMs = (frame: number): number => (frame * 1000) / FPS;
    let next = 0;
    imageIds.forEach((imageId, frame) => {
      const before = next;
      while (next < timestamps.length && timestamps[next] <= (frame - eta) / FPS) next++;
      if (next === 0) return;
      const input = inputs[next - 1];
      if (next !== before) tracker.observe(sap.detectionsOf.get(imageIds[input])!, atMs(input), size);
      for (const {
        box: { x1, y1, x2, y2 },
        score,
        classId,
      } of tracker.forecast(atMs(frame), size)) {
        results.push({ image_id: imageId, category_id: classId, bbox: [x1, y1, x2 - x1, y2 - y1], score });
      }
    });
  }
  return results;
}
