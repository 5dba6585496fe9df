import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { evaluateBoxes } from '../../evaluation/coco-ap.js';
import { parseDetections } from '../../evaluation/detections.js';
import { parseBoxes } from '../../evaluation/ground-truth.js';
import { readJsonFile } from '../../evaluation/load.js';

const FOLDER = 'test/fixtures/field/coco-oddities';
/** From pycocotools 2.0.11 on the same files; one set of boxes, written in several ways. */
const AP = 0.4148331811203114;
const OTHER_AP: Readonly<Record<string, number>> = {
  bbox_negative_wh_gt: 0.363999515336152,
  bbox_negative_wh_det: 0.3975636684547543,
};
/** Ids may be of any kind, so there is nothing to warn about. */
const USUAL = ['cat_string_ids', 'image_string_ids'];

describe('a data set with odd records', () => {
  for (const name of readdirSync(FOLDER)) {
    it(`has pycocotools' AP, and the oddity is named: ${name}`, () => {
      const truth = parseBoxes(readJsonFile(join(FOLDER, name, 'a.json')));
      const { columns, warnings } = parseDetections(readJsonFile(join(FOLDER, name, 'd.json')), truth);
      const { stats } = evaluateBoxes(truth.objects, columns, truth.images.length, truth.classes.length);
      assert.equal(stats.AP, OTHER_AP[name] ?? AP);
      assert.equal([...truth.warnings, ...warnings].length, USUAL.includes(name) ? 0 : 1);
    });
  }
});
