import assert from 'node:assert/strict';
import { lrSchedule } from '../../training/lr-schedule.js';
import { parityCases, readJson } from '../helpers/shared.js';

type Case = {
  readonly lr: number;
  readonly iters_per_epoch: number;
  readonly total_epochs: number;
  readonly warmup_epochs: number;
  readonly warmup_lr_start: number;
  readonly no_aug_epochs: number;
  readonly min_lr_ratio: number;
  readonly values: Readonly<Record<string, number>>;
};

describe('learning rate like the reference', () => {
  const files = parityCases('lr-schedule');
  if (files.length === 0) it('lr-schedule (pending: no parity data)');
  for (const { name, path } of files) {
    for (const [setting, given] of Object.entries(readJson<Record<string, Case>>(path))) {
      it(`${name} ${setting}`, () => {
        const rate = lrSchedule({
          lr: given.lr,
          stepsPerEpoch: given.iters_per_epoch,
          epochs: given.total_epochs,
          warmupEpochs: given.warmup_epochs,
          warmupStartLr: given.warmup_lr_start,
          closingEpochs: given.no_aug_epochs,
          minLrRatio: given.min_lr_ratio,
        });
        for (const [steps, value] of Object.entries(given.values))
          assert.ok(Math.abs(rate(Number(steps)) - value) < 1e-12, `${steps}: ${rate(Number(steps))} against ${value}`);
      });
    }
  }
});
