import type { SKRSContext2D } from '@napi-rs/canvas';
import type { Shape } from '../figure.js';

/**
 * Adds a shape's outline (for strokes, the line) to the context's path.
 * @param shiftY pixels added to every row
 * @param begins starts a new path; false extends the current one
 */
export function trace(context: SKRSContext2D, shape: Shape, shiftY = 0, begins = true): void {
  if (begins) context.beginPath();
  switch (shape.kind) {
    case 'polygon':
    case 'stroke': {
      const { points } = shape;
      context.moveTo(points[0], points[1] + shiftY);
      for (let i = 2; i < points.length; i += 2) context.lineTo(points[i], points[i + 1] + shiftY);
      if (shape.kind === 'polygon') context.closePath();
      break;
    }
    case 'quads': {
      const { points } = shape;
      for (let i = 0; i < points.length; i += 8) {
        context.moveTo(points[i], points[i + 1] + shiftY);
        context.lineTo(points[i + 2], points[i + 3] + shiftY);
        context.lineTo(points[i + 4], points[i + 5] + shiftY);
        context.lineTo(points[i + 6], points[i + 7] + shiftY);
        context.closePath();
      }
      break;
    }
    case 'discs': {
      const { circles } = shape;
      for (let i = 0; i < circles.length; i += 3) {
        context.moveTo(circles[i] + circles[i + 2], circles[i + 1] + shiftY);
        context.arc(circles[i], circles[i + 1] + shiftY, circles[i + 2], 0, 2 * Math.PI);
      }
      break;
    }
  }
}
