export type Box = readonly [left: number, top: number, right: number, bottom: number];

/** A box with its class and score. */
export type LabelledBox = {
  readonly box: Box;
  readonly class: string;
  readonly score?: number;
  readonly trackId?: number | undefined;
};

export function area([left, top, right, bottom]: Box): number {
  return Math.max(0, right - left) * Math.max(0, bottom - top);
}

export function iou(a: Box, b: Box): number {
  const both = area([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]);
  return both === 0 ? 0 : both / (area(a) + area(b) - both);
}

export function centre([left, top, right, bottom]: Box): readonly [number, number] {
  return [(left + right) / 2, (top + bottom) / 2];
}

/** Distance of the centres of two boxes in pixels. */
export function distance(a: Box, b: Box): number {
  const [[ax, ay], [bx, by]] = [centre(a), centre(b)];
  return Math.hypot(ax - bx, ay - by);
}
