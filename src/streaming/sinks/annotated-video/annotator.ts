import type { Box } from '../../../core/box.js';
import type { Detection } from '../../../core/detection.js';
import { placeLabels } from '../../../core/place-labels.js';
import type { Size } from '../../../core/size.js';
import { statusSprite, tagSprite } from './annotation-style.js';
import { classColour, scaleFor, tagText, type Scale } from './box-style.js';
import type { ShownPercept } from '../../../recording/percept-timeline.js';
import {
  drawSprite,
  fillRectangle,
  type PlanarPicture,
  type Rectangle,
  type Rgb,
  type Sprite,
} from './planar-picture.js';

/** Older percepts are no longer shown. */
const OLDEST_MS = 1000;
const STALE_ALPHA = 0.6;
const SHADOW: Rgb = [0, 0, 0];
const SHADOW_ALPHA = 0.35;
/** Name tags cached for the next picture. */
const MAX_TAGS = 512;

type DetectedBox = { readonly detection: Detection; readonly box: Rectangle };

/** Draws percepts into the pictures of one video. */
export class Annotator {
  readonly #scale: Scale;
  readonly #tags = new Map<string, Sprite>();

  constructor(picture: Size) {
    this.#scale = scaleFor(picture);
  }

  /**
   * Solid boxes were observed in this picture. Dashed and dimmed ones were observed in an earlier one, because this
   * picture was dropped; the status line shows their age.
   */
  draw(picture: PlanarPicture, ptsMs: number, shown: ShownPercept | undefined): void {
    const status = statusSprite(statusLine(ptsMs, shown), this.#scale);
    const corner = { x: this.#scale.margin, y: picture.height - this.#scale.margin - status.height };
    if (shown !== undefined && shown.ageMs <= OLDEST_MS) {
      const { percept, ageMs } = shown;
      const toPicture = stretch(percept, picture);
      // The highest scores last, so that they are on top.
      const ascending = [...percept.detections].sort((a, b) => a.score - b.score);
      const boxes = ascending.map((detection) => ({ detection, box: toPicture(detection) }));
      for (const { detection, box } of boxes) this.#outline(picture, box, detection.classId, ageMs > 0);
      this.#drawTags(picture, boxes.reverse(), boxOf({ ...corner, ...sizeOf(status) }), ageMs > 0);
    }
    drawSprite(picture, status, corner.x, corner.y, 1);
  }

  #outline(picture: PlanarPicture, box: Rectangle, classId: number, stale: boolean): void {
    const { lineWidth } = this.#scale;
    const shadow = grow(box, 2);
    for (const side of sides(shadow, 2))
      fillRectangle(picture, side, SHADOW, stale ? SHADOW_ALPHA * STALE_ALPHA : SHADOW_ALPHA);
    const colour = classColour(classId);
    for (const side of sides(box, lineWidth)) {
      if (!stale) fillRectangle(picture, side, colour, 1);
      else
        for (const dash of dashes(side, 4 * lineWidth, 3 * lineWidth))
          fillRectangle(picture, dash, colour, STALE_ALPHA);
    }
  }

  /** A tag at each box, the first ones first; no tag covers another, or the status line. */
  #drawTags(picture: PlanarPicture, boxes: readonly DetectedBox[], statusLine: Box, stale: boolean): void {
    const tags = boxes.map(({ detection, box }) => ({
      box,
      sprite: this.#tagSprite(tagText(detection), detection.classId),
    }));
    const places = placeLabels(
      tags.map(({ box, sprite }) => ({ box: boxOf(box), ...sizeOf(sprite) })),
      { ...sizeOf(picture), taken: [statusLine] },
    );
    for (const [i, { sprite }] of tags.entries()) {
      const place = places[i];
      if (place !== undefined) drawSprite(picture, sprite, place.x, place.y, stale ? STALE_ALPHA : 1);
    }
  }

  #tagSprite(text: string, classId: number): Sprite {
    const key = `${classId} ${text}`;
    let sprite = this.#tags.get(key);
    if (sprite === undefined) {
      if (this.#tags.size >= MAX_TAGS) this.#tags.clear();
      sprite = tagSprite(text, classId, this.#scale);
      this.#tags.set(key, sprite);
    }
    return sprite;
  }
}

/** "0:01:02.345  latency  41 ms"; for a dropped picture, the age of the boxes. */
export function statusLine(ptsMs: number, shown: ShownPercept | undefined): string {
  const wholeMs = Math.max(0, Math.round(ptsMs));
  const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');
  const hours = Math.floor(wholeMs / 3_600_000);
  const time = `${hours > 0 ? `${hours}:` : ''}${pad(Math.floor(wholeMs / 60_000) % 60, 2)}:${pad(Math.floor(wholeMs / 1000) % 60, 2)}.${pad(wholeMs % 1000, 3)}`;
  if (shown === undefined) return `${time}  no percept yet`;
  const {
    percept: { times },
    ageMs,
  } = shown;
  if (ageMs > OLDEST_MS) return `${time}  no percept for ${(ageMs / 1000).toFixed(1)} s`;
  const latency = `latency ${String(Math.round(times.emittedAtMs - times.capturedAtMs)).padStart(3)} ms`;
  return `${time}  ${latency}${ageMs > 0 ? `  frame dropped, boxes ${Math.round(ageMs)} ms old` : ''}`;
}

/**
 * From pixels of the percept's source to pixels of the picture, which is stretched if they are not square or not even.
 */
function stretch(source: Size, picture: Size): (detection: Detection) => Rectangle {
  const scaleX = picture.width / source.width;
  const scaleY = picture.height / source.height;
  const snap = (value: number): number => 2 * Math.round(value / 2);
  return ({ box }) => {
    const x = snap(Math.max(0, box.x1 * scaleX));
    const y = snap(Math.max(0, box.y1 * scaleY));
    const right = snap(Math.min(picture.width, box.x2 * scaleX));
    const bottom = snap(Math.min(picture.height, box.y2 * scaleY));
    return { x, y, width: Math.max(2, right - x), height: Math.max(2, bottom - y) };
  };
}

function boxOf({ x, y, width, height }: Rectangle): Box {
  return { x1: x, y1: y, x2: x + width, y2: y + height };
}

function sizeOf({ width, height }: Size): Size {
  return { width, height };
}

function grow({ x, y, width, height }: Rectangle, by: number): Rectangle {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

/** The lines of the box, inside it. */
function sides({ x, y, width, height }: Rectangle, lineWidth: number): Rectangle[] {
  const inner = Math.max(0, height - 2 * lineWidth);
  return [
    { x, y, width, height: lineWidth },
    { x, y: y + height - lineWidth, width, height: lineWidth },
    { x, y: y + lineWidth, width: lineWidth, height: inner },
    { x: x + width - lineWidth, y: y + lineWidth, width: lineWidth, height: inner },
  ];
}

function dashes({ x, y, width, height }: Rectangle, dash: number, gap: number): Rectangle[] {
  const lying = width >= height;
  const length = lying ? width : height;
  return Array.from({ length: Math.ceil(length / (dash + gap)) }, (_, i) => {
    const start = i * (dash + gap);
    const size = Math.min(dash, length - start);
    return lying ? { x: x + start, y, width: size, height } : { x, y: y + start, width, height: size };
  });
}
