import assert from 'node:assert/strict';
import { toAssignment, type Assigner, type Assignment, type Objects } from '../../../training/assign/assignment.js';
import { simOta } from '../../../training/assign/sim-ota.js';
import { Replica } from '../../../training/engines/onnxruntime/replica.js';
import { lossDivisor } from '../../../training/losses.js';
import { parameterLayout } from '../../../training/network/parameters.js';
import { namedTensors } from '../../../training/network/weights.js';
import { relativeDifference } from '../../helpers/differences.js';
import { yoloxCases, type Pass, type YoloxCase } from '../yolox-case.js';

/** How fast running statistics follow the batch's in the reference. */
const MOMENTUM = 0.03;

describe("a training step like the reference's", function () {
  this.timeout(120_000);
  const cases = yoloxCases();
  if (cases.length === 0) it('yolox (pending: no parity data)');
  for (const { name, load } of cases) {
    let given: YoloxCase;
    let assign: Assigner;
    let replica: Replica;
    before(async () => {
      given = load();
      replica = await Replica.open(given.network, (...args) => assign(...args), given.images.shape[0], 1);
    });
    after(() => replica.close());

    for (const i of [0, 1]) {
      it(`${name} ${i === 0 ? 'without' : 'with'} L1`, async () => {
        const { network, weights, images, expected } = given;
        const [, , height, width] = images.shape;
        const pass = given.passes[i];
        const objects = objectsOf(given);
        const reference = referenceAssigner(objects, pass);
        assign = reference.assign;
        const { losses, gradient, statistics, assignments } = await replica.step(
          weights,
          { input: { width, height }, pixels: images.data, objects },
          { l1: pass.use_l1 },
        );

        const divisor = lossDivisor(losses);
        const near = (actual: number, reference: number, tolerance: number, what: string): void =>
          assert.ok(
            Math.abs(actual - reference) <= tolerance * Math.abs(reference) + 1e-12,
            `${what}: ${actual} against ${reference}`,
          );
        near(losses.iou / divisor, pass.iou_loss, 5e-4, 'IoU loss');
        near(losses.objectness / divisor, pass.conf_loss, 5e-4, 'objectness loss');
        near(losses.classes / divisor, pass.cls_loss, 5e-4, 'class loss');
        near(losses.l1 / divisor, pass.l1_loss, 5e-4, 'L1 loss');
        near(losses.positives / losses.objects, pass.num_fg, 1e-9, 'positives per object');

        const withObjects = assignments.filter((_, picture) => objects[picture].classIds.length > 0);
        assert.equal(reference.own.length, pass.assign.length);
        const ours = reference.own.flatMap((own, k) => pairsOf(k, own.anchors, own.objects));
        const theirs = pass.assign.flatMap(({ anchors, gt }, k) => pairsOf(k, anchors, gt));
        const apart = [
          ...ours.filter((pair) => !theirs.includes(pair)),
          ...theirs.filter((pair) => !ours.includes(pair)),
        ];
        assert.ok(
          apart.length <= 2,
          `of ${theirs.length} pairs, so many are assigned by one alone: ${apart.join('; ')}`,
        );
        withObjects.forEach(({ ious }, k) => ious.forEach((iou, j) => near(iou, pass.assign[k].iou[j], 1e-3, 'IoU')));

        const layout = parameterLayout(network);
        const gradients = namedTensors(layout, { parameters: gradient.map((value) => value / divisor), statistics });
        assert.ok(Object.keys(pass.grad).length > 0, 'no gradient is compared');
        for (const [parameter, { l2, head }] of Object.entries(pass.grad)) {
          const { data } = gradients.get(parameter)!;
          const difference = relativeDifference([norm(data)], [l2]);
          assert.ok(difference < 2e-3, `${parameter}: ${difference}`);
          // A level without an assigned prediction has gradients of exactly zero.
          head.forEach((value, k) =>
            assert.ok(Math.abs(data[k] - value) <= 2e-3 * l2, `${parameter}[${k}]: ${data[k]} against ${value}`),
          );
        }
        for (const [tensor, { data }] of expected) {
          const [, prefix, parameter] = /^(grad|grad_l1)\.(.*)$/.exec(tensor) ?? [];
          if (prefix !== (pass.use_l1 ? 'grad_l1' : 'grad')) continue;
          const difference = relativeDifference(gradients.get(parameter)!.data, data);
          assert.ok(difference < 2e-3, `${tensor}: ${difference}`);
        }

        const running = namedTensors(layout, {
          parameters: gradient,
          statistics: weights.statistics.map((value, k) => value + MOMENTUM * (statistics[k] - value)),
        });
        for (const [statistic, l2] of Object.entries(pass.running_after))
          near(norm(running.get(statistic)!.data), l2, 1e-5, statistic);
      });
    }
  }
});

/**
 * Assigns as the reference did, so that losses and gradients can be compared on any processor. `own` keeps the
 * assignment of simOta itself for these predictions: between two anchors of almost equal cost, the last bits choose.
 */
function referenceAssigner(
  objects: readonly Objects[],
  { assign }: Pass,
): { readonly assign: Assigner; readonly own: Assignment[] } {
  const withObjects = objects.filter(({ classIds }) => classIds.length > 0);
  const own: Assignment[] = [];
  return {
    own,
    assign: (predictions, found, grid) => {
      const assignment = simOta(predictions, found, grid);
      const k = withObjects.indexOf(found);
      if (k < 0) return assignment;
      own[k] = assignment;
      const objectOf = new Int32Array(grid.count).fill(-1);
      assign[k].anchors.forEach((anchor, i) => {
        objectOf[anchor] = assign[k].gt[i];
      });
      return toAssignment(objectOf, predictions, found);
    },
  };
}

function pairsOf(picture: number, anchors: ArrayLike<number>, objects: ArrayLike<number>): string[] {
  return Array.from(anchors, (anchor, i) => `picture ${picture}, anchor ${anchor} for object ${objects[i]}`);
}

function objectsOf({
  targets: {
    shape: [pictures, most],
    data,
  },
}: YoloxCase): Objects[] {
  return Array.from({ length: pictures }, (_, picture) => {
    const rows = Array.from({ length: most }, (__, i) =>
      data.subarray((picture * most + i) * 5, (picture * most + i + 1) * 5),
    ).filter((row) => row.some((value) => value !== 0));
    return {
      classIds: Int32Array.from(rows, (row) => row[0]),
      boxes: Float32Array.from(rows.flatMap((row) => [...row.subarray(1)])),
    };
  });
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
