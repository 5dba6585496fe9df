import assert from 'node:assert/strict';
import { resolveTrainConfig } from '../../training/config.js';

const DATA = { annotations: 'a.json', root: 'pictures' };

describe('resolveTrainConfig', () => {
  it('fills in the reference\'s defaults, weaker augmentation for small networks', () => {
    const nano = resolveTrainConfig({ train: DATA });
    assert.deepEqual([nano.variant, nano.input, nano.epochs, nano.closingEpochs], ['yolox-nano', { width: 416, height: 416 }, 300, 15]);
    assert.deepEqual([nano.augmentation.mosaicProbability, nano.augmentation.mosaicScale, nano.augmentation.mixupProbability], [0.5, [0.5, 1.5], 0]);
    const { augmentation: tiny } = resolveTrainConfig({ train: DATA, variant: 'yolox-tiny' });
    assert.deepEqual([tiny.mosaicProbability, tiny.mosaicScale, tiny.mixupProbability], [1, [0.5, 1.5], 0]);
    const large = resolveTrainConfig({ train: DATA, variant: 'yolox-l' });
    assert.deepEqual([large.input, large.augmentation.mosaicProbability, large.augmentation.mosaicScale, large.augmentation.mixupProbability],
      [{ width: 640, height: 640 }, 1, [0.1, 2], 1]);
  });

  it('accepts one number for both directions of resizing, or one for each; small networks grow more, as in the reference', () => {
    const multiscale = (given: object) => resolveTrainConfig({ train: DATA, ...given }).multiscale;
    assert.deepEqual([multiscale({ multiscale: 2 }), multiscale({ multiscale: 0 }), multiscale({ multiscale: [1, 4] })], [[2, 2], [0, 0], [1, 4]]);
    // The reference's 416 within 320 and 640, its 640 within 480 and 800.
    assert.deepEqual([multiscale({}), multiscale({ variant: 'yolox-tiny' }), multiscale({ variant: 'yolox-s' })], [[3, 7], [3, 7], [5, 5]]);
    assert.throws(() => multiscale({ multiscale: [1] }), { name: 'UsageError', message: /multiscale: must be an integer of at least 0, or two/ });
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

  it('names every wrong key', () => {
    assert.throws(() => resolveTrainConfig({ train: { annotations: 'a.json' }, epochs: 0, learning_rate: 1, input: '416' }), (error: Error) => {
      for (const part of ['train.root', 'epochs', 'learning_rate', 'input: must be WIDTHxHEIGHT']) assert.ok(error.message.includes(part), `${part} in ${error.message}`);
      return error.name === 'UsageError';
    });
    assert.throws(() => resolveTrainConfig({ train: DATA, input: '400x400' }), { name: 'UsageError', message: /400x400 must be in multiples of 32/ });
    assert.throws(() => resolveTrainConfig(null), { name: 'UsageError', message: /the file/ });
  });
});
