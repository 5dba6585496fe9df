import assert from 'node:assert/strict';
import { gigaFlops } from '../../../training/network/cost.js';
import { parameterLayout } from '../../../training/network/parameters.js';
import { createNetwork, parseVariant, testSize, VARIANTS, type Variant } from '../../../training/network/variants.js';

/** Millions of parameters and billions of operations of the reference's tables, 80 classes. */
const PUBLISHED: Readonly<Record<Variant, readonly [number, number]>> = {
  'yolox-nano': [0.91, 1.08],
  'yolox-tiny': [5.06, 6.45],
  'yolox-s': [8.97, 26.8],
  'yolox-m': [25.3, 73.8],
  'yolox-l': [54.2, 155.6],
  'yolox-x': [99.1, 281.9],
  'yolox-darknet53': [63.72, 185.3],
};

describe('createNetwork', () => {
  for (const variant of VARIANTS) {
    it(`gives ${variant} as many parameters and operations as published`, () => {
      const network = createNetwork(variant, 80);
      const [megaParameters, gflops] = PUBLISHED[variant];
      assert.ok(
        Math.abs(parameterLayout(network).size / 1e6 / megaParameters - 1) < 0.004,
        String(parameterLayout(network).size),
      );
      assert.ok(
        Math.abs(gigaFlops(network, testSize(variant)) / gflops - 1) < 0.006,
        String(gigaFlops(network, testSize(variant))),
      );
    });
  }

  it('predicts at strides 8, 16 and 32, five values and the classes', () => {
    for (const variant of VARIANTS) {
      const { outputs } = createNetwork(variant, 3);
      assert.deepEqual(
        outputs.map(({ channels, stride }) => [channels, stride]),
        [
          [8, 8],
          [8, 16],
          [8, 32],
        ],
      );
    }
  });

  it('lists layers after those that they read from', () => {
    for (const variant of VARIANTS) {
      const network = createNetwork(variant, 1);
      const made = new Set([network.image]);
      for (const layer of network.layers) {
        const inputs = 'inputs' in layer ? layer.inputs : [layer.input];
        assert.ok(inputs.every((value) => made.has(value)));
        assert.ok(!made.has(layer.output));
        made.add(layer.output);
      }
    }
  });
});

describe('parseVariant', () => {
  it('names the existing variants', () => {
    assert.throws(() => parseVariant('yolox-xxl'), {
      name: 'UsageError',
      message: /"yolox-xxl".*yolox-nano, .*yolox-darknet53/,
    });
  });
});
