import type { Detection } from '../../core/detection.js';
import type { Size } from '../../core/size.js';

/** The parts of the boxes inside their picture. A box without such a part is left out. */
export function clippedDetections(detections: readonly Detection[], { width, height }: Size): Detection[] {
  return detections.flatMap((detection) => {
    const { x1, y1, x2, y2 } = detection.box;
    if (x1 >= 0 && y1 >= 0 && x2 <= width && y2 <= height) return [detection];
    const box = { x1: Math.max(0, x1), y1: Math.max(0, y1), x2: Math.min(width, x2), y2: Math.min(height, y2) };
    return box.x2 > box.x1 && box.y2 > box.y1 ? [{ ...detection, box }] : [];
  });
}
