import assert from 'node:assert/strict';
import { takeFirstWeights } from '../../training/first-weights.js';
import { parameterLayout } from '../../training/network/parameters.js';
import { createNetwork } from '../../training/network/variants.js';
import { initialWeights, namedTensors } from '../../training/network/weights.js';

describe('takeFirstWeights', () => {
  const network = createNetwork('yolox-nano', 2);
  const layout = parameterLayout(network);
  const others = initialWeights(network, 1);
  const tensors = namedTensors(layout, others);

  /** Whether the class outputs and a weight of the backbone were copied, and the warnings. */
  function take(classNames: readonly string[] | undefined): [boolean, boolean, string[]] {
    const weights = initialWeights(network, 2);
    const warnings = takeFirstWeights(network, weights, { tensors, metadata: {}, classNames, path: 'w.safetensors' }, [
      'car',
      'bus',
    ]);
    const copied = namedTensors(layout, weights);
    const isCopied = (name: string): boolean => String(copied.get(name)!.data) === String(tensors.get(name)!.data);
    return [isCopied('head.cls_preds.0.weight'), isCopied('head.reg_preds.0.weight'), warnings];
  }

  it('takes everything from a network of the same classes', () =>
    assert.deepEqual(take(['car', 'bus']), [true, true, []]));

  it('starts the outputs of classes anew if their names or their order differ', () =>
    assert.deepEqual(take(['bus', 'car']), [
      false,
      true,
      [
        "the classes of w.safetensors are 2 (bus, car), and the data's are 2 (car, bus); class predictions start from random weights",
      ],
    ]));

  it('takes unnamed classes in their order, and says so', () =>
    assert.deepEqual(take(undefined), [
      true,
      true,
      [
        "w.safetensors does not name its classes; its class predictions are taken for the data's 2 (car, bus), in this order",
      ],
    ]));
});
