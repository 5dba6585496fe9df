import assert from 'node:assert/strict';
import { cocoTable } from '../../evaluation/coco-table.js';

it("the table equals pycocotools' printout", () => {
  const stats = {
    AP: 0.12345,
    AP50: 0.5,
    AP75: 1,
    APs: null,
    APm: 0,
    APl: 0,
    AR1: 0,
    AR10: 0,
    AR100: 0,
    ARs: 0,
    ARm: 0,
    ARl: 0.9996,
  };
  assert.equal(
    cocoTable(stats, [1, 10, 300]).split('\n')[8],
    ' Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=300 ] = 0.000',
  );
  const lines = cocoTable(stats).split('\n');
  assert.equal(lines.length, 12);
  assert.equal(lines[0], ' Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.123');
  assert.equal(lines[1], ' Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=100 ] = 0.500');
  assert.equal(lines[3], ' Average Precision  (AP) @[ IoU=0.50:0.95 | area= small | maxDets=100 ] = -1.000');
  assert.equal(lines[6], ' Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=  1 ] = 0.000');
});
