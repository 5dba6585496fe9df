import type { SKRSContext2D } from '@napi-rs/canvas';
import type { Size } from '../../src/core/size.js';
import { boundsOf, type Figure, type Shape } from '../figure.js';
import { css, toned, type Atmosphere } from '../atmosphere.js';
import { trace } from './trace.js';

const SPECK = 1.6;

/**
 * Draws figures in the given order.
 * @param glow is called after each, so that nearer figures hide the light around lamps
 */
export function drawFigures(
  context: SKRSContext2D,
  { width, height }: Size,
  figures: readonly Figure[],
  air: Atmosphere,
  glow: (figure: Figure) => void,
): void {
  context.lineCap = 'round';
  context.lineJoin = 'round';
  for (const figure of figures) {
    const { shapes, depth } = figure;
    for (const shape of shapes) {
      if (!isWorthDrawing(shape, width, height)) continue;
      const color = css(toned(shape.paint, Math.max(0, depth), air));
      trace(context, shape);
      if (shape.kind === 'stroke') {
        context.strokeStyle = color;
        context.lineWidth = shape.width;
        context.stroke();
      } else {
        context.fillStyle = color;
        context.fill();
      }
    }
    glow(figure);
  }
}

/** Whether a shape is inside the picture; for a detail also whether it is larger than a speck. */
function isWorthDrawing(shape: Shape, width: number, height: number): boolean {
  const { x1, y1, x2, y2 } = boundsOf([shape])!;
  return x2 > 0 && y2 > 0 && x1 < width && y1 < height && !(shape.isDetail && x2 - x1 < SPECK && y2 - y1 < SPECK);
}
