import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OWN_TIMES, type Frame } from '../../../src/core/frame.js';
import type { Letterbox } from '../../../src/core/letterbox.js';
import type { ProcessDetectorOptions } from '../../../src/model/host/host-plan.js';
import { serializeOnnx } from '../../../src/model/onnx/model-file.js';
import { pixelModel } from '../pixel-model.js';

/** Writes a model whose first cell answers with the picture's first pixels; see {@link pixelFrame}. */
export function pixelDetectorOptions(folder: string, changes: Partial<ProcessDetectorOptions> = {}): ProcessDetectorOptions {
  const model = join(folder, 'pixels.onnx');
  writeFileSync(model, serializeOnnx(pixelModel()));
  return {
    model, provider: 'cpu', threads: 1, confThreshold: 0.25, nmsThreshold: 0.45, nms: 'per-class',
    cacheDir: join(folder, 'cache'), ...changes,
  };
}

/** A picture in which {@link pixelDetectorOptions}'s model sees one object of 8 x 8 pixels around (8 * mark, 0). */
export function pixelFrame(mark: number, fit: Partial<Letterbox> = {}): Frame {
  const image = new Uint8Array(3 * 32 * 32);
  // x and y in grid cells of 8 pixels, logarithms of width and height, objectness, class.
  image.set([mark, 0, 0, 0, 1, 1]);
  return frameOf(image, { scale: 1, padX: 0, padY: 0, contentWidth: 32, contentHeight: 32, ...fit });
}

/** A frame around a picture; nobody counts its releases. */
export function frameOf(image: Uint8Array, fit: Letterbox): Frame {
  return {
    type: 'frame', streamId: 's', seq: 0, epoch: 0, ptsMs: 0, capturedAtMs: 0, ...OWN_TIMES, readyAtMs: 0,
    width: fit.contentWidth, height: fit.contentHeight, letterbox: fit, image, corrupt: false, release: () => undefined,
  };
}
