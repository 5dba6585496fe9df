import { evaluateBoxes } from '../evaluation/coco-ap.js';
import { parseDetections } from '../evaluation/detections.js';
import { parseGroundTruth } from '../evaluation/ground-truth.js';
import { readJsonFile } from '../evaluation/load.js';

// evaluation.ts runs this as a separate program, so that its memory is that of loading and scoring only.
const [annotationsPath, detectionsPath] = process.argv.slice(2);
const start = performance.now();
const truth = parseGroundTruth(readJsonFile(annotationsPath));
const { columns } = parseDetections(readJsonFile(detectionsPath), truth);
evaluateBoxes(truth.objects, columns, truth.images.length, truth.classes.length);
console.log(
  JSON.stringify({ seconds: (performance.now() - start) / 1000, peakMb: process.resourceUsage().maxRSS / 1024 }),
);
