import { LEAKY_SLOPE, type Activation, type Network } from './description.js';
import { convLayers } from './parameters.js';

/** Mean square of a pixel that is uniform over 0–255. */
const PIXEL = 255 ** 2 / 3;
/** Mean square of a unit normal variable after an activation; the first by numerical integration. */
const ACTIVATED: Readonly<Record<Activation, number>> = { silu: 0.3557, 'leaky-relu': (1 + LEAKY_SLOPE ** 2) / 2 };
/**
 * Mean square of the maximum of independent unit normal variables grows slowly; 2 is a good approximation for 25
 * dependent ones.
 */
const POOLED = 2;

/**
 * The variance at each norm of an untrained network, in the order of the norms. Running variances start there, so that
 * an untrained network's signals neither overflow half precision nor fade to denormal numbers, which would slow it
 * down. Weights are uniform within 1 / sqrt(inputs), so a convolution's output has a third of the mean square of its
 * inputs.
 */
export function initialVariances(network: Network): number[] {
  const meanSquare = new Map<number, number>([[network.image.id, PIXEL]]);
  const of = ({ id }: { readonly id: number }): number => meanSquare.get(id)!;
  for (const layer of network.layers) {
    meanSquare.set(
      layer.output.id,
      ((): number => {
        switch (layer.kind) {
          case 'conv':
            return ACTIVATED[layer.activation];
          case 'predict':
            return of(layer.input) / 3;
          case 'focus':
          case 'upsample':
            return of(layer.input);
          case 'max-pool':
            return of(layer.input) * POOLED;
          case 'add':
            return of(layer.inputs[0]) + of(layer.inputs[1]);
          case 'concat':
            return layer.inputs.reduce((sum, value) => sum + of(value) * value.channels, 0) / layer.output.channels;
        }
      })(),
    );
  }
  return convLayers(network).map(({ input }) => of(input) / 3);
}
