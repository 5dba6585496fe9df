import * as z from 'zod';
import { UsageError } from '../src/core/errors.js';
import type { Size } from '../src/core/letterbox.js';
import { ASSIGNERS, type AssignerName } from './assign/assigners.js';
import type { Augmentation } from './data/augment.js';
import { linearLr } from './lr-schedule.js';
import { testSize, VARIANTS, type Variant } from './network/variants.js';

const share = z.number().min(0).max(1);
const range = z.tuple([z.number().positive(), z.number().positive()]);
const steps = z.int().nonnegative();
const data = z.strictObject({ annotations: z.string(), root: z.string() });

/** The keys of a file. Everything except `train` has a default. */
const settingsSchema = z.strictObject({
  variant: z.enum(VARIANTS).default('yolox-nano'),
  train: data,
  val: data.optional(),
  /** Of the run; the network accepts others too. */
  input: z.string().regex(/^[1-9]\d*x[1-9]\d*$/, 'must be WIDTHxHEIGHT, such as 416x416').optional(),
  epochs: z.int().positive().default(300),
  batch_size: z.int().positive().default(8),
  seed: z.int().nonnegative().default(0),
  lr: z.number().positive().optional(),
  warmup_epochs: z.number().nonnegative().default(5),
  closing_epochs: z.number().nonnegative().default(15),
  min_lr_ratio: share.default(0.05),
  momentum: share.default(0.9),
  weight_decay: z.number().nonnegative().default(5e-4),
  /** The largest change of the input's height in steps of 32 pixels; two numbers: down and up; 0 keeps the height. */
  multiscale: z.union([steps, z.tuple([steps, steps])], 'must be an integer of at least 0, or two of them: [down, up]').optional(),
  assign: z.enum(Object.keys(ASSIGNERS) as [AssignerName, ...AssignerName[]]).default('sim-ota'),
  validate_every: z.int().positive().default(10),
  mosaic: share.optional(),
  mosaic_scale: range.optional(),
  mixup: share.optional(),
  mixup_scale: range.default([0.5, 1.5]),
  degrees: z.number().nonnegative().default(10),
  translate: share.default(0.1),
  shear: z.number().nonnegative().default(2),
  flip: share.default(0.5),
  colour: share.default(1),
});

export type TrainConfig = {
  readonly variant: Variant;
  readonly train: DataPaths;
  readonly val?: DataPaths;
  readonly input: Size;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly lr: number;
  readonly warmupEpochs: number;
  readonly closingEpochs: number;
  readonly minLrRatio: number;
  readonly momentum: number;
  readonly weightDecay: number;
  /** The largest change of the input's height in steps of 32 pixels: down, up. */
  readonly multiscale: readonly [number, number];
  readonly assigner: AssignerName;
  readonly validateEvery: number;
  readonly augmentation: Augmentation;
};

export type DataPaths = { readonly annotations: string; readonly root: string };

/**
 * A checked configuration with every default filled in; those of a variant are YOLOX's own: small networks see weaker
 * mosaics, no MixUp and rather larger inputs, Nano a mosaic half of the time (`exps/default`).
 * @throws UsageError with one line for each problem
 */
export function resolveTrainConfig(settings: unknown): TrainConfig {
  const result = settingsSchema.safeParse(settings);
  if (!result.success) {
    throw new UsageError(result.error.issues.map(({ path, message }) => `training config: ${path.map(String).join('.') || 'the file'}: ${message}`).join('\n'), { code: 'NOWCAST_CONFIG' });
  }
  const given = result.data;
  const isSmall = given.variant === 'yolox-nano' || given.variant === 'yolox-tiny';
  const multiscale = given.multiscale ?? (isSmall ? [3, 7] as const : 5);
  const [width, height] = given.input?.split('x').map(Number) ?? [];
  const input = width === undefined ? testSize(given.variant) : { width, height };
  if (input.width % 32 !== 0 || input.height % 32 !== 0) {
    throw new UsageError(`training config: input: ${input.width}x${input.height} must be in multiples of 32`, { code: 'NOWCAST_CONFIG' });
  }
  return {
    variant: given.variant, train: given.train, ...(given.val && { val: given.val }), input,
    epochs: given.epochs, batchSize: given.batch_size, seed: given.seed, lr: given.lr ?? linearLr(given.batch_size),
    warmupEpochs: given.warmup_epochs, closingEpochs: Math.min(given.closing_epochs, given.epochs), minLrRatio: given.min_lr_ratio,
    momentum: given.momentum, weightDecay: given.weight_decay, multiscale: typeof multiscale === 'number' ? [multiscale, multiscale] : multiscale, assigner: given.assign, validateEvery: given.validate_every,
    augmentation: {
      mosaicProbability: given.mosaic ?? (given.variant === 'yolox-nano' ? 0.5 : 1), mixupProbability: given.mixup ?? (isSmall ? 0 : 1), degrees: given.degrees, translate: given.translate,
      mosaicScale: given.mosaic_scale ?? (isSmall ? [0.5, 1.5] : [0.1, 2]), mixupScale: given.mixup_scale, shear: given.shear,
      flipProbability: given.flip, colourProbability: given.colour,
    },
  };
}
