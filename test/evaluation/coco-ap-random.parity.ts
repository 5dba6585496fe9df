import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COCO_STATS, evaluateBoxes } from '../../evaluation/coco-ap.js';
import { parseDetections } from '../../evaluation/detections.js';
import { parseBoxes } from '../../evaluation/ground-truth.js';
import { parsePythonJson } from '../../src/core/python-json.js';
import { DataError } from '../../src/core/errors.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { PYCOCOTOOLS, runPython } from '../helpers/torch.js';
import { randomCocoFiles, type CocoFiles } from './random-coco-files.js';

const FILES = 1_000;
const TOLERANCE = 1e-12;

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
});

function differenceOf(files: CocoFiles, expected: Answer): string | undefined {
  let score: Score;
  try {
    score = scoreOf(files);
  } catch (error) {
    if (!(error instanceof DataError)) return String((error as Error).stack);
    return 'error' in expected ? undefined : `refused, but pycocotools gives ${expected.stats[0]}: ${error.message}`;
  }
  if ('error' in expected) return files.isLenient ? undefined : `scored, but pycocotools says ${expected.error}`;
  return firstDifference([...score.stats, ...score.perClass], [...expected.stats, ...expected.perClass]);
}

function scoreOf({ annotations, detections }: CocoFiles): Score {
  const truth = parseBoxes(parsePythonJson(annotations));
  const { columns } = parseDetections(parsePythonJson(detections), truth);
  const { stats, apPerClass } = evaluateBoxes(truth.objects, columns, truth.images.length, truth.classes.length);
  return { stats: COCO_STATS.map((name) => stats[name] ?? -1), perClass: apPerClass.map((ap) => ap ?? -1) };
}

function firstDifference(actual: readonly number[], expected: readonly number[]): string | undefined {
  if (actual.length !== expected.length) return `${actual.length} numbers instead of ${expected.length}`;
  const at = actual.findIndex((value, i) => !(Math.abs(value - expected[i]) <= TOLERANCE));
  return at < 0 ? undefined : `number ${at} is ${actual[at]}, but ${expected[at]} in pycocotools`;
}
