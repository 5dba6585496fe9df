import { listed } from './data-set/classes.js';
import type { TensorFile } from './checkpoint/checkpoint.js';
import type { Network } from './network/description.js';
import { parameterLayout } from './network/parameters.js';
import { takeTensors, type Weights } from './network/weights.js';

/**
 * Copies the weights that a run starts from. The outputs of classes start anew where the weights have other classes:
 * the output of one class would begin as another's.
 * @param weights random, changed in place
 * @returns a warning where classes differ or cannot be compared
 * @throws DataError if the weights belong to another network
 */
export function takeFirstWeights(
  network: Network,
  weights: Weights,
  { tensors, classNames, path }: TensorFile & { readonly path: string },
  wanted: readonly string[],
): string[] {
  const isSame = classNames === undefined || String(classNames) === String(wanted);
  const passedOver = takeTensors(parameterLayout(network), weights, tensors, {
    classes: isSame ? 'where they fit' : 'none',
  });
  const names = `${wanted.length} (${listed(wanted)})`;
  if (passedOver.length > 0) {
    const theirs = tensors.get('head.cls_preds.0.bias')?.data.length;
    const had = classNames === undefined ? String(theirs) : `${classNames.length} (${listed(classNames)})`;
    return [
      `the classes of ${path} are ${had}, and the data's are ${names}; class predictions start from random weights`,
    ];
  }
  return classNames === undefined
    ? [`${path} does not name its classes; its class predictions are taken for the data's ${names}, in this order`]
    : [];
}
