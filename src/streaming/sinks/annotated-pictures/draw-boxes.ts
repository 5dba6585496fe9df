import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { Box } from '../../../core/box.js';
import type { Detection } from '../../../core/detection.js';
import { placeLabels } from '../../../core/place-labels.js';
import type { Size } from '../../../core/size.js';
import type { RgbPicture } from '../../pictures/rgb-picture.js';
import { classColour, css, INK, SANS, scaleFor, TAG, tagText } from '../annotated-video/box-style.js';

const SHADOW = 'rgb(0 0 0 / 0.35)';

/**
 * Draws detections into a picture, in the style of annotated videos, at any size.
 * @returns R, G, B and A, row by row; A is 255
 */
export function drawBoxes({ width, height, pixels }: RgbPicture, detections: readonly Detection[]): Uint8ClampedArray {
  const pen = createCanvas(width, height).getContext('2d');
  const image = pen.createImageData(width, height);
  for (let from = 0, to = 0; from < pixels.length; from += 3, to += 4) {
    image.data[to] = pixels[from];
    image.data[to + 1] = pixels[from + 1];
    image.data[to + 2] = pixels[from + 2];
    image.data[to + 3] = 255;
  }
  pen.putImageData(image, 0, 0);
  // The highest scores last, so that they are on top.
  const ascending = [...detections].sort((a, b) => a.score - b.score);
  const { lineWidth } = scaleFor({ width, height });
  for (const { box, classId } of ascending) outline(pen, box, css(classColour(classId), 1), lineWidth);
  drawTags(pen, ascending.reverse(), { width, height });
  return pen.getImageData(0, 0, width, height).data;
}

/** A line inside the box, with a shadow around it. */
function outline(pen: SKRSContext2D, { x1, y1, x2, y2 }: Box, colour: string, lineWidth: number): void {
  pen.strokeStyle = SHADOW;
  pen.lineWidth = 2;
  pen.strokeRect(x1 - 1, y1 - 1, x2 - x1 + 2, y2 - y1 + 2);
  // A box smaller than its line is filled.
  const line = Math.min(lineWidth, x2 - x1, y2 - y1);
  pen.strokeStyle = colour;
  pen.lineWidth = line;
  pen.strokeRect(x1 + line / 2, y1 + line / 2, x2 - x1 - line, y2 - y1 - line);
}

/** A tag at each box, the first ones first; no tag covers another. */
function drawTags(pen: SKRSContext2D, detections: readonly Detection[], picture: Size): void {
  const { fontSize } = scaleFor(picture);
  pen.font = `600 ${fontSize}px ${SANS}`;
  pen.textBaseline = 'middle';
  const padding = fontSize * TAG.padding;
  const height = fontSize * TAG.height;
  const tags = detections.map((detection) => {
    const text = tagText(detection);
    return { text, classId: detection.classId, box: detection.box, width: pen.measureText(text).width + 2 * padding };
  });
  const places = placeLabels(
    tags.map(({ box, width }) => ({ box, width, height })),
    picture,
  );
  for (const [i, { text, classId, width }] of tags.entries()) {
    const place = places[i];
    if (place === undefined) continue;
    const { x, y } = place;
    pen.fillStyle = css(classColour(classId), TAG.opacity);
    pen.beginPath();
    pen.roundRect(x, y, width, height, fontSize * TAG.radius);
    pen.fill();
    pen.fillStyle = css(INK, 1);
    pen.fillText(text, x + padding, y + height / 2 + fontSize * 0.04);
  }
}
