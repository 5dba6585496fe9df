import type { Size } from '../../../src/core/size.js';
import type { Network } from '../../network/description.js';
import { imageValue } from './row-writer.js';

/**
 * Pictures in the graphs' format: [channels, pictures, height, width] of the network's first value. If that is a focus,
 * its work is done here: channel (column, row, colour) of every second pixel.
 * @param pixels [pictures, 3, height, width]
 */
export function packPictures(
  network: Network,
  pixels: Uint8Array | Float32Array,
  pictures: number,
  { width, height }: Size,
): { data: Float32Array; dims: readonly number[] } {
  const { stride, channels } = imageValue(network);
  const [packedHeight, packedWidth] = [height / stride, width / stride];
  const data = new Float32Array(pixels.length);
  let at = 0;
  for (let column = 0; column < stride; column++) {
    for (let row = 0; row < stride; row++) {
      for (let colour = 0; colour < 3; colour++) {
        for (let picture = 0; picture < pictures; picture++) {
          for (let y = 0; y < packedHeight; y++) {
            let from = ((picture * 3 + colour) * height + y * stride + row) * width + column;
            for (let x = 0; x < packedWidth; x++, from += stride) data[at++] = pixels[from];
          }
        }
      }
    }
  }
  return { data, dims: [channels, pictures, packedHeight, packedWidth] };
}
