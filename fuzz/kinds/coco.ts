import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { COCO_STATS, type CocoStats } from '../../evaluation/coco-ap.js';
import { firstMissing } from '../../test/helpers/needs.js';
import { PYCOCOTOOLS, runPython } from '../../test/helpers/torch.js';
import type { Outcome } from '../command.js';
import type { FuzzKind } from '../kind.js';
import type { Json } from '../mutate.js';

const TOLERANCE = 1e-12;

/** COCO annotations and results. Scores are compared with pycocotools where .ci/install-torch has installed it. */
export const coco: FuzzKind = {
  name: 'coco',
  async prepare(mutator, folder, { world, results }) {
    const truth = JSON.parse(await readFile(join(world, 'annotations.json'), 'utf8')) as Record<string, Json>;
    const found = JSON.parse(await readFile(results, 'utf8')) as Json;
    const plain: Json = {
      images: truth['images'] ?? [],
      annotations: truth['annotations'] ?? [],
      categories: truth['categories'] ?? [],
    };
    const isTruthChanged = mutator.random.chance(0.5);
    await writeFile(join(folder, 'truth.json'), isTruthChanged ? mutator.json(plain) : JSON.stringify(plain));
    await writeFile(join(folder, 'found.json'), isTruthChanged ? JSON.stringify(found) : mutator.json(found));
    return {
      args: ['eval', 'coco', '--annotations', 'truth.json', '--detections', 'found.json'],
      compare: (outcome) => compare(folder, outcome),
    };
  },
};

/** What pycocotools refuses, Nowcast may score: docs/decisions.md lists the exceptions. */
async function compare(folder: string, { code, stdout }: Outcome): Promise<string | undefined> {
  if (code !== 0 || firstMissing(PYCOCOTOOLS) !== undefined) return undefined;
  const [annotations, detections] = await Promise.all(
    ['truth.json', 'found.json'].map((name) => readFile(join(folder, name), 'utf8')),
  );
  const cases = join(folder, 'cases.jsonl');
  await writeFile(cases, JSON.stringify({ annotations, detections }));
  const reference = JSON.parse(await runPython('score_coco.py', cases)) as { readonly stats?: readonly number[] };
  const { stats } = JSON.parse(stdout) as { readonly stats: CocoStats };
  const different = reference.stats?.flatMap((expected, i) => {
    const name = COCO_STATS[i];
    const actual = name === undefined ? NaN : (stats[name] ?? -1);
    return Math.abs(actual - expected) <= TOLERANCE ? [] : [`${name} is ${actual}, in pycocotools ${expected}`];
  });
  return different?.[0];
}
