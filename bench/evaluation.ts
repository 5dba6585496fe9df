import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluateBoxes, type DetectionColumns, type ObjectColumns } from '../evaluation/coco-ap.js';
import { parseDetections } from '../evaluation/detections.js';
import { parseGroundTruth } from '../evaluation/ground-truth.js';
import { readJsonFile } from '../evaluation/load.js';
import { randomSource } from '../test/helpers/random.js';

type Scene = { readonly images: number; readonly classes: number; readonly objectsPerImage: number; readonly detectionsPerImage: number };

/** Prints how long evaluation takes on made-up data of the sizes that the project promises for. */
export async function run(): Promise<void> {
  const cocoLike: Scene = { images: 2_000, classes: 8, objectsPerImage: 16, detectionsPerImage: 36 };
  const argoverseVal: Scene = { images: 15_062, classes: 8, objectsPerImage: 17, detectionsPerImage: 100 };
  const rows: Record<string, unknown>[] = [];
  for (const [name, scene] of Object.entries({ cocoLike, argoverseVal })) {
    const { objects, detections } = draw(scene);
    const [seconds] = timed(() => evaluateBoxes(objects, detections, scene.images, scene.classes));
    rows.push({ what: `AP, ${name}`, images: scene.images, objects: objects.image.length, detections: detections.frame.length, seconds });
  }
  rows.push(fromFiles(argoverseVal));
  console.table(rows);
}

function fromFiles(scene: Scene): Record<string, unknown> {
  const dir = mkdtempSync(join(tmpdir(), 'nowcast-bench-'));
  try {
    const { objects, detections } = draw(scene);
    const [annotationsPath, detectionsPath] = [join(dir, 'annotations.json'), join(dir, 'detections.json')];
    writeFileSync(annotationsPath, JSON.stringify({
      categories: Array.from({ length: scene.classes }, (_, id) => ({ id, name: `class ${id}` })),
      images: Array.from({ length: scene.images }, (_, id) => ({ id, file_name: `${id}.jpg`, width: 1920, height: 1200 })),
      annotations: Array.from(objects.image, (image_id, i) => ({
        id: i + 1, image_id, category_id: objects.classIndex[i], bbox: [...objects.boxes.subarray(i * 4, i * 4 + 4)], area: objects.area[i], iscrowd: 0,
      })),
    }));
    writeFileSync(detectionsPath, JSON.stringify(Array.from(detections.frame, (image_id, i) => ({
      image_id, category_id: detections.classIndex[i], bbox: [...detections.boxes.subarray(i * 4, i * 4 + 4)], score: detections.scores[i],
    }))));
    const [seconds] = timed(() => {
      const truth = parseGroundTruth(readJsonFile(annotationsPath));
      const { columns } = parseDetections(readJsonFile(detectionsPath), truth);
      return evaluateBoxes(truth.objects, columns, truth.images.length, truth.classes.length);
    });
    return { what: 'AP, argoverseVal, from JSON files', images: scene.images, objects: objects.image.length, detections: detections.frame.length, seconds, rssMb: Math.round(process.resourceUsage().maxRSS / 1024) };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Objects at random, most of them found a little off their place, the rest of the detections anywhere. */
function draw({ images, classes, objectsPerImage, detectionsPerImage }: Scene): { objects: ObjectColumns; detections: DetectionColumns } {
  const { uniform, gaussian } = randomSource(1);
  const round = (value: number): number => Math.round(value * 1000) / 1000;
  const objectCount = images * objectsPerImage;
  const detectionCount = images * detectionsPerImage;
  const objects = {
    image: new Int32Array(objectCount), classIndex: new Int32Array(objectCount), boxes: new Float64Array(objectCount * 4),
    area: new Float64Array(objectCount), crowd: new Uint8Array(objectCount), idIsZero: new Uint8Array(objectCount),
  };
  const detections = {
    frame: new Int32Array(detectionCount), classIndex: new Int32Array(detectionCount),
    boxes: new Float64Array(detectionCount * 4), scores: new Float64Array(detectionCount),
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
      detections.boxes[i * 4 + side] = round(side < 2 ? value + gaussian() * (near ? 4 : 200) : value * (0.9 + 0.2 * uniform()));
    }
    detections.scores[i] = Math.round((near ? 0.4 + 0.6 * uniform() : 0.6 * uniform()) * 1e6) / 1e6;
  }
  return { objects, detections };
}

function timed<T>(work: () => T): [number, T] {
  const start = performance.now();
  const result = work();
  return [Math.round(performance.now() - start) / 1000, result];
}
