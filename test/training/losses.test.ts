import assert from 'node:assert/strict';
import { anchorGrid } from '../../training/anchors.js';
import type { Assigner, Objects } from '../../training/assign/assignment.js';
import { centerSampling } from '../../training/assign/center-sampling.js';
import { simOta } from '../../training/assign/sim-ota.js';
import { addLosses, detectionLoss, lossDivisor, NO_LOSS, totalLoss, type LossOptions } from '../../training/losses.js';
import { randomSource } from '../helpers/random.js';

const CLASS_COUNT = 3;
const ROW = 5 + CLASS_COUNT;
const GRID = anchorGrid({ width: 64, height: 64 });
const NOTHING: Objects = { classIds: new Int32Array(), boxes: new Float32Array() };
const TWO: Objects = { classIds: Int32Array.of(2, 0), boxes: Float32Array.of(20, 24, 18, 26, 45, 30, 30, 40) };

function optionsWith(assign: Assigner, l1 = false): LossOptions {
  return { classCount: CLASS_COUNT, grid: GRID, assign, l1 };
}

function randomRaw(pictures: number, seed: number): Float32Array {
  const { gaussian } = randomSource(seed);
  return Float32Array.from({ length: pictures * GRID.count * ROW }, gaussian);
}

/** The sum that `gradient` belongs to. */
function sumOf(raw: Float32Array, objects: readonly Objects[], options: LossOptions): number {
  const { sums } = detectionLoss(raw, objects, options);
  return totalLoss(sums) * lossDivisor(sums);
}

describe('detectionLoss', () => {
  for (const l1 of [false, true]) {
    it(`gives the slope of the loss${l1 ? ' with L1' : ''} at every value that matters`, () => {
      const raw = randomRaw(1, 5);
      const first = detectionLoss(raw, [TWO], optionsWith(simOta, l1));
      // Assignment and its overlaps are constants of the step.
      const fixed = optionsWith(() => first.assignments[0], l1);
      const values = [...first.assignments[0].anchors].flatMap((anchor) =>
        Array.from({ length: ROW }, (_, i) => anchor * ROW + i),
      );
      assert.ok(values.length > ROW);
      for (const at of [...values, 4, 4 + 7 * ROW]) {
        const step = 2 ** -8;
        const moved = (by: number): number => {
          const copy = raw.slice();
          copy[at] += by;
          return sumOf(copy, [TWO], fixed);
        };
        const slope = (moved(step) - moved(-step)) / (2 * step);
        assert.ok(
          Math.abs(slope - first.gradient[at]) < 2e-3 * Math.max(1, Math.abs(slope)),
          `${at}: ${slope} against ${first.gradient[at]}`,
        );
      }
    });
  }

  it('has only an objectness loss for an empty picture', () => {
    const raw = randomRaw(1, 1);
    const { sums, gradient } = detectionLoss(raw, [NOTHING], optionsWith(simOta));
    assert.deepEqual([sums.iou, sums.classes, sums.positives, sums.objects], [0, 0, 0, 0]);
    assert.ok(sums.objectness > 0);
    gradient.forEach((value, i) => assert.equal(value > 0, i % ROW === 4));
  });

  it('is the sum over the pictures of a batch', () => {
    const raw = randomRaw(2, 2);
    const half = raw.length / 2;
    const both = detectionLoss(raw, [TWO, NOTHING], optionsWith(simOta, true));
    const each = [TWO, NOTHING].map((objects, i) =>
      detectionLoss(raw.slice(i * half, (i + 1) * half), [objects], optionsWith(simOta, true)),
    );
    assert.deepEqual(both.sums, each.map(({ sums }) => sums).reduce(addLosses, NO_LOSS));
    assert.deepEqual(both.gradient, Float32Array.from(each.flatMap(({ gradient }) => [...gradient])));
  });

  it('falls to zero for perfect boxes and scores', () => {
    const raw = new Float32Array(GRID.count * ROW).fill(-30);
    const assign = centerSampling(1);
    const {
      assignments: [{ anchors, objects }],
    } = detectionLoss(raw, [TWO], optionsWith(assign));
    anchors.forEach((anchor, i) => {
      const [cx, cy, w, h] = TWO.boxes.subarray(objects[i] * 4, objects[i] * 4 + 4);
      const side = GRID.stride[anchor];
      raw.set(
        [cx / side - GRID.x[anchor], cy / side - GRID.y[anchor], Math.log(w / side), Math.log(h / side), 30],
        anchor * ROW,
      );
      raw[anchor * ROW + 5 + TWO.classIds[objects[i]]] = 30;
    });
    const { sums } = detectionLoss(raw, [TWO], optionsWith(assign, true));
    assert.equal(sums.positives, 2);
    assert.ok(totalLoss(sums) < 1e-4, String(totalLoss(sums)));
  });
});
