import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { letterbox, type Fit } from '../../../src/core/fit.js';
import type { Picture } from '../../../src/core/picture.js';
import type { ProcessDetectorOptions } from '../../../src/model/host/host-plan.js';
import { serializeOnnx } from '../../../src/model/onnx/model-file.js';
import { pixelModel } from '../pixel-model.js';

const SIZE = { width: 32, height: 32 };

/** Writes a model whose first cell outputs the picture's first pixels; see {@link pixelPicture}. */
export function pixelDetectorOptions(
  folder: string,
  changes: Partial<ProcessDetectorOptions> = {},
): ProcessDetectorOptions {
  const model = join(folder, 'pixels.onnx');
  writeFileSync(model, serializeOnnx(pixelModel()));
  return {
    model,
    provider: 'cpu',
    threads: 1,
    confThreshold: 0.25,
    nmsThreshold: 0.45,
    nms: 'per-class',
    cacheDir: join(folder, 'cache'),
    ...changes,
  };
}

/** A picture in which {@link pixelDetectorOptions}'s model sees one object of 8 x 8 pixels around (8 * mark, 0). */
export function pixelPicture(mark: number, fit: Partial<Fit> = {}): Picture {
  const image = new Uint8Array(3 * 32 * 32);
  // x and y in grid cells of 8 pixels, logarithms of width and height, objectness, class.
  image.set([mark, 0, 0, 0, 1, 1]);
  return { size: SIZE, fit: { ...letterbox(SIZE, SIZE), ...fit }, image };
}
