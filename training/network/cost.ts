import type { Size } from '../../src/core/size.js';
import type { Network } from './description.js';

/**
 * Billions of floating-point operations for one picture as the reference's tables count them: two for each
 * multiplication and addition of a convolution, four for each normalized value, nothing for the rest.
 * Source: YOLOX `yolox/utils/model_utils.py`, `get_model_info`, which counts with thop.
 */
export function gigaFlops({ layers }: Network, input: Size): number {
  let operations = 0;
  for (const layer of layers) {
    if (layer.kind !== 'conv' && layer.kind !== 'predict') continue;
    const cells = (input.width / layer.output.stride) * (input.height / layer.output.stride);
    const inputs =
      layer.kind === 'predict'
        ? layer.input.channels
        : (layer.depthwise ? 1 : layer.input.channels) * layer.kernel ** 2;
    operations += cells * layer.output.channels * (2 * inputs + (layer.kind === 'conv' ? 4 : 0));
  }
  return operations / 1e9;
}
