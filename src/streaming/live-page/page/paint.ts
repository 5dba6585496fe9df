import { placeLabels } from '../../../core/place-labels.js';
import type { Box, LabelledBox } from './boxes.js';

export type LayerName = 'forecast' | 'observed' | 'truth' | 'expected';

/** The same in light and dark mode, because boxes lie on the video. */
const STYLES: Readonly<
  Record<LayerName, { readonly colour: string; readonly width: number; readonly dash: readonly number[] }>
> = {
  forecast: { colour: '#2ee6c5', width: 2.4, dash: [] },
  observed: { colour: '#ffb224', width: 1.8, dash: [6, 4] },
  truth: { colour: '#ffffff', width: 1.4, dash: [1.5, 3.5] },
  expected: { colour: '#7fb0ff', width: 1.6, dash: [] },
};

/** From pixels of the picture to pixels of a canvas. */
export type View = { readonly x: number; readonly y: number; readonly scale: number };

/**
 * Gives a canvas as many pixels as it has on the screen.
 * @param isOpaque false for one that lies over a picture
 * @returns its context, which counts in CSS pixels
 */
export function sharp(
  canvas: HTMLCanvasElement,
  isOpaque = true,
): {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
} {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = window.devicePixelRatio;
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== across || canvas.height !== down) [canvas.width, canvas.height] = [across, down];
  const context = canvas.getContext('2d', { alpha: !isOpaque })!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { context, width, height };
}

export function paintBox(context: CanvasRenderingContext2D, { x, y, scale }: View, box: Box, layer: LayerName): void {
  const { colour, width, dash } = STYLES[layer];
  const [left, top, right, bottom] = [
    (box[0] - x) * scale,
    (box[1] - y) * scale,
    (box[2] - x) * scale,
    (box[3] - y) * scale,
  ];
  const rounding = Math.min(4, (right - left) / 4, (bottom - top) / 4);
  context.beginPath();
  context.roundRect(left, top, right - left, bottom - top, Math.max(0, rounding));
  context.setLineDash([...dash]);
  context.lineCap = layer === 'truth' ? 'round' : 'butt';
  context.strokeStyle = 'rgba(8, 12, 18, 0.55)';
  context.lineWidth = width + 1.6;
  context.stroke();
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
  context.setLineDash([]);
}

/** A small tag at each box that is wide enough; no tag covers another. */
export function paintNames(
  context: CanvasRenderingContext2D,
  { x, y, scale }: View,
  boxes: readonly LabelledBox[],
  layer: LayerName,
): void {
  context.font = '600 11px system-ui, sans-serif';
  const tags = boxes
    .filter(({ box }) => (box[2] - box[0]) * scale >= 34)
    .sort((a, b) => (b.score ?? 0) - (a.score ?? 0))
    .map(({ box, class: name }) => ({
      name,
      box: {
        x1: (box[0] - x) * scale - 1,
        y1: (box[1] - y) * scale,
        x2: (box[2] - x) * scale + 1,
        y2: (box[3] - y) * scale,
      },
      width: context.measureText(name).width + 10,
      height: 16,
    }));
  const { clientWidth: width, clientHeight: height } = context.canvas;
  for (const [i, place] of placeLabels(tags, { width, height }).entries()) {
    if (place === undefined) continue;
    context.fillStyle = STYLES[layer].colour;
    context.beginPath();
    context.roundRect(place.x, place.y, tags[i].width, 16, 4);
    context.fill();
    context.fillStyle = '#0b1116';
    context.fillText(tags[i].name, place.x + 5, place.y + 12);
  }
}
