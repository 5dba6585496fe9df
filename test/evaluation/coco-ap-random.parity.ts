import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COCO_STATS, DEFAULT_LIMITS, evaluateBoxes, type DetectionLimits } from '../../evaluation/coco-ap.js';
import { parseDetections } from '../../evaluation/detections.js';
import { parseBoxes } from '../../evaluation/ground-truth.js';
import { parsePythonJson } from '../../src/core/python-json.js';
import { DataError } from '../../src/core/errors.js';
import { randomSource } from '../helpers/random.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { PYCOCOTOOLS, runPython } from '../helpers/torch.js';
import { randomCocoFiles, type CocoFiles } from './random-coco-files.js';

const FILES = 1_000;
const TOLERANCE = 1e-12;
/** The random images have up to eight objects of a class. */
const OTHER_LIMITS: readonly DetectionLimits[] = [
  [1, 2, 3],
  [2, 4, 6],
  [1, 10, 300],
];

type Score = { readonly stats: readonly number[]; readonly perClass: readonly number[] };
type Answer = Score | { readonly error: string };

describe('COCO AP of random files', () => {
  const folder = temporaryFolder();

  itNeeds(PYCOCOTOOLS, `equals pycocotools on ${FILES} files, and names what it cannot score`, async function () {
    this.timeout(600_000);
    const cases = Array.from({ length: FILES }, (_, seed) => randomCocoFiles(seed));
    const path = join(folder(), 'cases.jsonl');
    writeFileSync(path, cases.map((files) => `${JSON.stringify(files)}\n`).join(''));
    const answers = (await runPython('score_coco.py', path)).trim().split('\n');
    assert.equal(answers.length, FILES);

    const differences = cases.flatMap((files, seed) => {
      const difference = differenceOf(files, JSON.parse(answers[seed]) as Answer);
      return difference === undefined ? [] : [`${seed} (${files.oddities.join(', ')}): ${difference}`];
    });
    assert.deepEqual(differences, []);
    assert.ok(answers.filter((answer) => answer.includes('"stats"')).length > FILES / 2);
  });

  itNeeds(PYCOCOTOOLS, 'equals pycocotools with other limits on the detections of an image', async function () {
    this.timeout(600_000);
    const cases = Array.from({ length: 300 }, (_, i) => {
      const files = i % 30 === 0 ? crowdedFiles(i) : randomCocoFiles(FILES + i);
      return { files, maxDets: OTHER_LIMITS[i % OTHER_LIMITS.length] };
    });
    const path = join(folder(), 'limited.jsonl');
    writeFileSync(path, cases.map(({ files, maxDets }) => `${JSON.stringify({ ...files, maxDets })}\n`).join(''));
    const answers = (await runPython('score_coco.py', path)).trim().split('\n');
    assert.equal(answers.length, cases.length);
    const differences = cases.flatMap(({ files, maxDets }, i) => {
      const difference = differenceOf(files, JSON.parse(answers[i]) as Answer, maxDets);
      return difference === undefined ? [] : [`${i} with ${maxDets.join()}: ${difference}`];
    });
    assert.deepEqual(differences, []);
  });
});

/** One image with 400 objects and as many detections, half of them beyond COCO's limit of 100. */
function crowdedFiles(seed: number): CocoFiles {
  const { uniform } = randomSource(seed);
  const boxes = Array.from({ length: 400 }, (_, i) => [(i % 20) * 30, Math.floor(i / 20) * 20, 24, 16]);
  return {
    annotations: JSON.stringify({
      images: [{ id: 1, file_name: '1.jpg', width: 640, height: 480 }],
      categories: [{ id: 1, name: 'sheep' }],
      annotations: boxes.map((bbox, i) => ({ id: i + 1, image_id: 1, category_id: 1, bbox, area: 384, iscrowd: 0 })),
    }),
    detections: JSON.stringify(
      boxes.map(([left, top, width, height]) => ({
        image_id: 1,
        category_id: 1,
        bbox: [left + 4 * uniform(), top, width, height],
        score: Math.round(uniform() * 1000) / 1000,
      })),
    ),
    oddities: ['crowded'],
    isLenient: false,
  };
}

function differenceOf(
  files: CocoFiles,
  expected: Answer,
  limits: DetectionLimits = DEFAULT_LIMITS,
): string | undefined {
  let score: Score;
  try {
    score = scoreOf(files, limits);
  } catch (error) {
    if (!(error instanceof DataError)) return String((error as Error).stack);
    return 'error' in expected ? undefined : `refused, but pycocotools gives ${expected.stats[0]}: ${error.message}`;
  }
  if ('error' in expected) return files.isLenient ? undefined : `scored, but pycocotools says ${expected.error}`;
  return firstDifference([...score.stats, ...score.perClass], [...expected.stats, ...expected.perClass]);
}

function scoreOf({ annotations, detections }: CocoFiles, limits: DetectionLimits): Score {
  const truth = parseBoxes(parsePythonJson(annotations));
  const { columns } = parseDetections(parsePythonJson(detections), truth);
  const { stats, apPerClass } = evaluateBoxes(
    truth.objects,
    columns,
    truth.images.length,
    truth.classes.length,
    limits,
  );
  return { stats: COCO_STATS.map((name) => stats[name] ?? -1), perClass: apPerClass.map((ap) => ap ?? -1) };
}

function firstDifference(actual: readonly number[], expected: readonly number[]): string | undefined {
  if (actual.length !== expected.length) return `${actual.length} numbers instead of ${expected.length}`;
  const at = actual.findIndex((value, i) => !(Math.abs(value - expected[i]) <= TOLERANCE));
  return at < 0 ? undefined : `number ${at} is ${actual[at]}, but ${expected[at]} in pycocotools`;
}
