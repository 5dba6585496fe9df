import assert from 'node:assert/strict';
import { anchorGrid } from '../../../training/anchors.js';
import { simOta } from '../../../training/assign/sim-ota.js';
import { parityCases, readJson } from '../../helpers/shared.js';

type Case = {
  /** Height, width. */
  readonly input_size: readonly [number, number];
  readonly num_classes: number;
  readonly gt_boxes_cxcywh: readonly (readonly number[])[];
  readonly gt_classes: readonly number[];
  readonly pred_boxes_cxcywh: readonly (readonly number[])[];
  readonly cls_logits: readonly (readonly number[])[];
  readonly obj_logits: readonly number[];
  readonly expected: { readonly anchors: number[]; readonly gt: number[]; readonly iou: number[] };
};

describe('simOta like the reference', () => {
  const files = parityCases('simota');
  if (files.length === 0) it('simota (pending: no parity data)');
  for (const { name, path } of files) {
    readJson<{ cases: Case[] }>(path).cases.forEach((given, i) => {
      it(`${name} ${i + 1}: ${given.gt_classes.length} objects`, () => {
        const [height, width] = given.input_size;
        const rows = Float32Array.from(
          given.cls_logits.flatMap((classes, anchor) => [0, 0, 0, 0, given.obj_logits[anchor], ...classes]),
        );
        const { anchors, objects, ious } = simOta(
          { rows, classCount: given.num_classes, boxes: Float64Array.from(given.pred_boxes_cxcywh.flat()) },
          { classIds: Int32Array.from(given.gt_classes), boxes: Float32Array.from(given.gt_boxes_cxcywh.flat()) },
          anchorGrid({ width, height }),
        );
        assert.deepEqual([...anchors], given.expected.anchors);
        assert.deepEqual([...objects], given.expected.gt);
        given.expected.iou.forEach((iou, k) => assert.ok(Math.abs(ious[k] - iou) < 1e-6));
      });
    });
  }
});
