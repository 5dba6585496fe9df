import type { Detection } from '../../../core/detection.js';
import { placeLabels } from '../../../core/place-labels.js';
import type { Size } from '../../../core/size.js';
import { classColour, css, INK, SANS, scaleFor, TAG, tagText } from '../annotated-video/box-style.js';

/** Of the letters of the sans-serif fonts, in font sizes; only the font itself knows better. */
const LETTER_WIDTH = 0.58;

/**
 * The boxes of a picture as SVG, in the style of annotated videos, for programs without a canvas.
 * @param picture the size of the picture that the boxes belong to
 * @param shown the size in which it is shown
 */
export function boxesSvg(detections: readonly Detection[], picture: Size, shown: Size): string {
  const { lineWidth, fontSize } = scaleFor(shown);
  const [scaleX, scaleY] = [shown.width / picture.width, shown.height / picture.height];
  const descending = [...detections].sort((a, b) => b.score - a.score);
  const tags = descending.map((detection) => {
    const { x1, y1, x2, y2 } = detection.box;
    const text = tagText(detection);
    return {
      text,
      colour: css(classColour(detection.classId), 1),
      box: { x1: x1 * scaleX, y1: y1 * scaleY, x2: x2 * scaleX, y2: y2 * scaleY },
      width: fontSize * (text.length * LETTER_WIDTH + 2 * TAG.padding),
      height: fontSize * TAG.height,
    };
  });
  const places = placeLabels(tags, shown);
  // The highest scores last, so that they are on top.
  const outlines = tags.toReversed().map(({ box, colour }) => outline(box, colour, lineWidth));
  const labels = tags.map(({ text, colour, width, height }, i) => {
    const place = places[i];
    if (place === undefined) return '';
    const { x, y } = place;
    return (
      `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${fontSize * TAG.radius}" fill="${colour}" fill-opacity="${TAG.opacity}"/>` +
      `<text x="${x + fontSize * TAG.padding}" y="${y + height / 2 + fontSize * 0.35}">${escaped(text)}</text>`
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${shown.width}" height="${shown.height}"><g fill="none">${outlines.join('')}</g><g font-family="${escaped(SANS)}" font-weight="600" font-size="${fontSize}" fill="${css(INK, 1)}">${labels.join('')}</g></svg>`;
}

/** A line inside the box. */
function outline({ x1, y1, x2, y2 }: Detection['box'], colour: string, lineWidth: number): string {
  const line = Math.max(0, Math.min(lineWidth, x2 - x1, y2 - y1));
  const half = line / 2;
  return `<rect x="${x1 + half}" y="${y1 + half}" width="${Math.max(0, x2 - x1 - line)}" height="${Math.max(0, y2 - y1 - line)}" stroke="${colour}" stroke-width="${line}"/>`;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character]);
}
