import assert from 'node:assert/strict';
import { parseConfig } from '../../src/config/load.js';
import { resolveTrainConfig, TRAIN_KEYS, type TrainSettings } from '../../training/config.js';

const DATA = { annotations: 'a.json', root: 'pictures' };

describe('resolveTrainConfig', () => {
  it("fills in the reference's defaults, weaker augmentation for small networks", () => {
    const nano = resolveTrainConfig({ train: DATA });
    assert.deepEqual(
      [nano.variant, nano.input, nano.epochs, nano.closingEpochs],
      ['yolox-nano', { width: 416, height: 416 }, 300, 15],
    );
    assert.deepEqual(
      [nano.augmentation.mosaicProbability, nano.augmentation.mosaicScale, nano.augmentation.mixupProbability],
      [0.5, [0.5, 1.5], 0],
    );
    const { augmentation: tiny } = resolveTrainConfig({ train: DATA, variant: 'yolox-tiny' });
    assert.deepEqual([tiny.mosaicProbability, tiny.mosaicScale, tiny.mixupProbability], [1, [0.5, 1.5], 0]);
    const large = resolveTrainConfig({ train: DATA, variant: 'yolox-l' });
    assert.deepEqual(
      [
        large.input,
        large.augmentation.mosaicProbability,
        large.augmentation.mosaicScale,
        large.augmentation.mixupProbability,
      ],
      [{ width: 640, height: 640 }, 1, [0.1, 2], 1],
    );
  });

  it('accepts one number for both directions of resizing, or one for each; small networks grow more, as in the reference', () => {
    const multiscale = (given: Partial<TrainSettings>) => resolveTrainConfig({ train: DATA, ...given }).multiscale;
    assert.deepEqual(
      [multiscale({ multiscale: 2 }), multiscale({ multiscale: 0 }), multiscale({ multiscale: [1, 4] })],
      [
        [2, 2],
        [0, 0],
        [1, 4],
      ],
    );
    // The reference's 416 within 320 and 640, its 640 within 480 and 800.
    assert.deepEqual(
      [multiscale({}), multiscale({ variant: 'yolox-tiny' }), multiscale({ variant: 'yolox-s' })],
      [
        [3, 7],
        [3, 7],
        [5, 5],
      ],
    );
  });

  it('scales the rate with the batch unless it is given', () => {
    assert.equal(resolveTrainConfig({ train: DATA, batch_size: 64 }).lr, 0.01);
    assert.equal(resolveTrainConfig({ train: DATA, batch_size: 16 }).lr, 0.0025);
    assert.equal(resolveTrainConfig({ train: DATA, batch_size: 16, lr: 0.1 }).lr, 0.1);
  });

  it('closes at most all epochs', () => {
    assert.equal(resolveTrainConfig({ train: DATA, epochs: 3 }).closingEpochs, 3);
    assert.equal(resolveTrainConfig({ train: DATA, epochs: 3, closing_epochs: 0.3 }).closingEpochs, 0.3);
  });

  it('refuses an input that the strides do not divide', () => {
    assert.throws(() => resolveTrainConfig({ train: DATA, input: '400x400' }), {
      name: 'UsageError',
      message: 'input is 400x400; it must be WIDTHxHEIGHT in multiples of 32, such as 416x416',
    });
  });
});

describe('a training config', () => {
  const read = (text: string, values: Readonly<Record<string, unknown>> = {}): TrainSettings =>
    parseConfig(TRAIN_KEYS, text, 't.yaml', {}, { flag: '--set', values }).settings;
  const data = 'train: {annotations: a.json, root: pictures}';

  it('is parsed into checked values', () => {
    assert.deepEqual(read(`${data}\nmultiscale: [1, 4]\nmixup_scale: [0.5, 1.5]\nlr: "0.1"`), {
      train: DATA,
      multiscale: [1, 4],
      mixup_scale: [0.5, 1.5],
      lr: 0.1,
    });
    assert.deepEqual(read(`${data}\nmultiscale: 2`), { train: DATA, multiscale: 2 });
  });

  it('takes keys of a flag over those of the file', () => {
    assert.deepEqual(read(`${data}\nepochs: 3`, { epochs: 4, 'train.root': 'other' }), {
      train: { annotations: 'a.json', root: 'other' },
      epochs: 4,
    });
  });

  const bad: readonly [string, Readonly<Record<string, unknown>>, readonly string[]][] = [
    [
      `${data}\nbatchsize: 4`,
      {},
      [
        't.yaml:2: batchsize is not a key; did you mean batch_size? (allowed at the top: variant, train, val, input, epochs, batch_size, seed, lr, warmup_epochs, closing_epochs, min_lr_ratio, momentum, weight_decay, multiscale, assign, validate_every, mosaic, mosaic_scale, mixup, mixup_scale, degrees, translate, shear, flip, colour)',
      ],
    ],
    ['train: {annotations: a.json}', {}, ['t.yaml:1: train.root is missing; it must be a folder']],
    ['epochs: 1', {}, ['t.yaml:1: train is missing; it must be a section of keys']],
    [
      `${data}\nepochs: 0\ninput: "416"`,
      {},
      [
        't.yaml:3: input is "416"; it must be WIDTHxHEIGHT in multiples of 32, such as 416x416',
        't.yaml:2: epochs is 0; it must be a whole number of 1 or more',
      ],
    ],
    [
      `${data}\nmultiscale: [1]`,
      {},
      ['t.yaml:2: multiscale is [1]; it must be an integer of at least 0, or two of them: [down, up]'],
    ],
    [
      `${data}\nlr: 0\nmixup_scale: [0, 1]`,
      {},
      [
        't.yaml:2: lr is 0; it must be a number above 0',
        't.yaml:3: mixup_scale.0 is 0; it must be two numbers above 0: [least, most]',
      ],
    ],
    [
      data,
      { epoch: 3, variant: 'yolox-q' },
      [
        '--set variant is "yolox-q"; it must be one of yolox-nano, yolox-tiny, yolox-s, yolox-m, yolox-l, yolox-x, yolox-darknet53',
        '--set epoch is not a key; did you mean epochs? (allowed at the top: variant, train, val, input, epochs, batch_size, seed, lr, warmup_epochs, closing_epochs, min_lr_ratio, momentum, weight_decay, multiscale, assign, validate_every, mosaic, mosaic_scale, mixup, mixup_scale, degrees, translate, shear, flip, colour)',
      ],
    ],
  ];
  for (const [text, values, lines] of bad) {
    it(`is refused, naming line or flag, key, value and allowed values: ${lines[0].slice(0, 60)}…`, () => {
      assert.throws(
        () => read(text, values),
        (error: Error) => {
          assert.deepEqual(error.message.split('\n'), lines);
          return error.name === 'UsageError';
        },
      );
    });
  }
});
