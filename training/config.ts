import { UsageError } from '../src/core/errors.js';
import type { Key, Keys, SettingsOf } from '../src/core/keys.js';
import type { Size } from '../src/core/size.js';
import { ASSIGNERS, type AssignerName } from './assign/assigners.js';
import type { Augmentation } from './data/augment.js';
import { linearLr } from './lr-schedule.js';
import { testSize, VARIANTS, type Variant } from './network/variants.js';

const share = { type: 'number', min: 0, max: 1 } as const;
const positive = { type: 'number', above: 0 } as const;
const notNegative = { type: 'number', min: 0 } as const;
const count = { type: 'number', isInteger: true, min: 1 } as const;
const range = { type: 'pair', above: 0, allowed: 'two numbers above 0: [least, most]' } as const;

const dataKeys = {
  annotations: { type: 'file', required: true, description: 'Annotations in COCO format.', allowed: 'a JSON file' },
  root: {
    type: 'file',
    required: true,
    description: 'Folder of the pictures.',
    allowed: 'a folder',
  },
} as const satisfies Keys;

const ASSIGNER_NAMES = Object.keys(ASSIGNERS) as AssignerName[];

/** Every key of a training config. All but `train` have a default; those without one here get it from other keys. */
export const TRAIN_KEYS = {
  variant: { type: 'choice', values: VARIANTS, description: 'Network variant.', default: 'yolox-nano' },
  train: { type: 'section', required: true, keys: dataKeys, description: 'Pictures to train on.' },
  val: { type: 'section', keys: dataKeys, description: 'Pictures to validate on.' },
  input: {
    type: 'text',
    pattern: '^[1-9]\\d*x[1-9]\\d*$',
    description: 'Input size; the trained network accepts other sizes, too.',
    defaultRule: "the variant's",
    allowed: 'WIDTHxHEIGHT in multiples of 32, such as 416x416',
  },
  epochs: { ...count, description: 'Passes over the pictures.', default: 300 },
  batch_size: { ...count, description: 'Pictures per step.', default: 8 },
  seed: { type: 'number', isInteger: true, min: 0, description: 'Seed of all random choices.', default: 0 },
  lr: { ...positive, description: 'Peak learning rate.', defaultRule: '0.01 / 64 × `batch_size`' },
  warmup_epochs: { ...notNegative, description: 'Epochs in which the learning rate rises, quadratically.', default: 5 },
  closing_epochs: {
    ...notNegative,
    description: 'Last epochs: without mosaic and MixUp, with the L1 loss.',
    default: 15,
  },
  min_lr_ratio: { ...share, description: 'Learning rate of the closing epochs as a share of the peak.', default: 0.05 },
  momentum: { ...share, description: 'Nesterov momentum.', default: 0.9 },
  weight_decay: { ...notNegative, description: 'Weight decay of the weights of convolutions.', default: 5e-4 },
  multiscale: {
    type: 'either',
    of: [
      { type: 'number', isInteger: true, min: 0, description: '' },
      { type: 'pair', isInteger: true, min: 0, description: '' },
    ],
    description:
      "Every ten steps, the input's height changes by up to this many times 32 pixels; two numbers: down and up.",
    defaultRule: '[3, 7] for nano and tiny, else 5',
    allowed: 'an integer of at least 0, or two of them: [down, up]',
  },
  assign: {
    type: 'choice',
    values: ASSIGNER_NAMES,
    description: 'Rule that assigns predictions to objects.',
    default: 'sim-ota',
  },
  validate_every: {
    ...count,
    description: 'Epochs between validations; every closing epoch is validated.',
    default: 10,
  },
  mosaic: { ...share, description: 'Probability of a mosaic.', defaultRule: '0.5 for nano, else 1' },
  mosaic_scale: {
    ...range,
    description: 'Scale of the pictures of a mosaic.',
    defaultRule: '[0.5, 1.5] for nano and tiny, else [0.1, 2]',
  },
  mixup: { ...share, description: 'Probability of MixUp on a mosaic.', defaultRule: '0 for nano and tiny, else 1' },
  mixup_scale: {
    ...range,
    description: 'Scale of the second picture of MixUp.',
    defaultRule: '[0.5, 1.5]',
  },
  degrees: { ...notNegative, description: 'Largest rotation, in degrees.', default: 10 },
  translate: { ...share, description: 'Largest shift, as a share of the side.', default: 0.1 },
  shear: { ...notNegative, description: 'Largest shear, in degrees.', default: 2 },
  flip: { ...share, description: 'Probability of mirroring.', default: 0.5 },
  colour: { ...share, description: 'Probability of changed colours.', default: 1 },
} as const satisfies Record<string, Key>;

/** The keys of a training config, checked against {@link TRAIN_KEYS}; no default is filled in. */
export type TrainSettings = SettingsOf<typeof TRAIN_KEYS>;

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
 * A checked configuration with every default filled in; the defaults of a variant are YOLOX's: small networks get
 * weaker mosaics, no MixUp and rather larger inputs, and Nano a mosaic half of the time (`exps/default`).
 * @throws UsageError if the input is not in multiples of 32
 */
export function resolveTrainConfig(settings: TrainSettings): TrainConfig {
  const orDefault = <N extends keyof TrainSettings>(name: N): NonNullable<TrainSettings[N]> =>
    (settings[name] ?? (TRAIN_KEYS[name] as Key).default) as NonNullable<TrainSettings[N]>;
  const variant = orDefault('variant');
  const isSmall = variant === 'yolox-nano' || variant === 'yolox-tiny';
  const multiscale = settings.multiscale ?? (isSmall ? ([3, 7] as const) : 5);
  const [width, height] = settings.input?.split('x').map(Number) ?? [];
  const input = width === undefined ? testSize(variant) : { width, height };
  if (input.width % 32 !== 0 || input.height % 32 !== 0) {
    throw new UsageError(
      `input is ${input.width}x${input.height}; it must be WIDTHxHEIGHT in multiples of 32, such as 416x416`,
      {
        code: 'NOWCAST_CONFIG',
      },
    );
  }
  const batchSize = orDefault('batch_size');
  const epochs = orDefault('epochs');
  return {
    variant,
    train: settings.train,
    ...(settings.val && { val: settings.val }),
    input,
    epochs,
    batchSize,
    seed: orDefault('seed'),
    lr: settings.lr ?? linearLr(batchSize),
    warmupEpochs: orDefault('warmup_epochs'),
    closingEpochs: Math.min(orDefault('closing_epochs'), epochs),
    minLrRatio: orDefault('min_lr_ratio'),
    momentum: orDefault('momentum'),
    weightDecay: orDefault('weight_decay'),
    multiscale: typeof multiscale === 'number' ? [multiscale, multiscale] : multiscale,
    assigner: orDefault('assign'),
    validateEvery: orDefault('validate_every'),
    augmentation: {
      mosaicProbability: settings.mosaic ?? (variant === 'yolox-nano' ? 0.5 : 1),
      mixupProbability: settings.mixup ?? (isSmall ? 0 : 1),
      degrees: orDefault('degrees'),
      translate: orDefault('translate'),
      shear: orDefault('shear'),
      mosaicScale: settings.mosaic_scale ?? (isSmall ? [0.5, 1.5] : [0.1, 2]),
      mixupScale: settings.mixup_scale ?? [0.5, 1.5],
      flipProbability: orDefault('flip'),
      colourProbability: orDefault('colour'),
    },
  };
}

/** The values of a resolved configuration by the names of their keys, to compare runs. */
export function namedSettings(config: TrainConfig): Readonly<Record<string, string>> {
  const { train, val, input, augmentation } = config;
  const values: Readonly<Record<string, unknown>> = {
    variant: config.variant,
    'train.annotations': train.annotations,
    'train.root': train.root,
    'val.annotations': val?.annotations,
    'val.root': val?.root,
    input: `${input.width}x${input.height}`,
    epochs: config.epochs,
    batch_size: config.batchSize,
    seed: config.seed,
    lr: config.lr,
    warmup_epochs: config.warmupEpochs,
    closing_epochs: config.closingEpochs,
    min_lr_ratio: config.minLrRatio,
    momentum: config.momentum,
    weight_decay: config.weightDecay,
    multiscale: config.multiscale,
    assign: config.assigner,
    validate_every: config.validateEvery,
    mosaic: augmentation.mosaicProbability,
    mosaic_scale: augmentation.mosaicScale,
    mixup: augmentation.mixupProbability,
    mixup_scale: augmentation.mixupScale,
    degrees: augmentation.degrees,
    translate: augmentation.translate,
    shear: augmentation.shear,
    flip: augmentation.flipProbability,
    colour: augmentation.colourProbability,
  };
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, typeof value === 'string' ? value : JSON.stringify(value)]],
    ),
  );
}
