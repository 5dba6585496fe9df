import assert from 'node:assert/strict';
import { updateAverage } from '../../training/ema.js';
import { sgdStep } from '../../training/optimizer.js';
import { parityCases, readJson } from '../helpers/shared.js';
import { relativeDifference } from '../helpers/differences.js';

type Tensors = Readonly<Record<string, readonly number[]>>;
type Case = {
  readonly momentum: number;
  readonly weight_decay: { readonly conv_weight_only: number };
  readonly start: Tensors;
  readonly steps: readonly {
    readonly lr: number;
    readonly grad: Tensors;
    readonly after: Tensors;
    readonly ema: Tensors;
  }[];
};

/** The convolution's weights come first in the file, as in a parameter layout. */
const flat = (tensors: Tensors): Float32Array => Float32Array.from(Object.values(tensors).flat());

describe('optimizer and average like the reference', () => {
  const cases = parityCases('sgd-ema');
  if (cases.length === 0) it('sgd-ema (pending: no parity data)');
  for (const { name, path } of cases) {
    it(name, () => {
      const {
        momentum,
        weight_decay: { conv_weight_only: weightDecay },
        start,
        steps,
      } = readJson<Case>(path);
      const parameters = flat(start);
      const velocity = new Float32Array(parameters.length);
      const average = { parameters: parameters.slice(), statistics: new Float32Array() };
      steps.forEach(({ lr, grad, after, ema }, i) => {
        sgdStep(
          parameters,
          velocity,
          flat(grad),
          lr,
          { decayed: start['conv.weight'].length },
          { momentum, weightDecay },
        );
        updateAverage(average, { parameters, statistics: new Float32Array() }, i + 1);
        near(parameters, flat(after));
        near(average.parameters, flat(ema));
      });
    });
  }
});

function near(actual: Float32Array, expected: Float32Array): void {
  const difference = relativeDifference(actual, expected);
  assert.ok(difference <= 1e-6, `${difference}`);
}
