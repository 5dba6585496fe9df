import type { Camera, Pose } from '../camera.js';
import type { Color, Figure } from '../figure.js';
import { hashUnit, type Random } from '../random.js';
import { Sketch, type Point } from '../sketch.js';

/** A house along the road: its origin is the middle of its street front, which faces the road. */
export type Building = {
  readonly id: number;
  readonly kind: 'house' | 'block' | 'office';
  /** Metres along the road, away from it, and up to the eaves. */
  readonly frontage: number;
  readonly deep: number;
  readonly height: number;
  readonly floors: number;
  readonly columns: number;
  readonly wall: Color;
  readonly accent: Color;
};

const WALLS = {
  house: [0xe9dcc3, 0xd9b08c, 0xcfd8cf, 0xe7c9a9, 0xf0ead8, 0xb9c7cf],
  block: [0xc4785a, 0xd8a47f, 0xb5654a, 0xe0c9a6, 0xa98467, 0xd6b99a, 0x9c6b57, 0xc9b8a8],
  office: [0x8fa6b5, 0xa9b8bf, 0x7d93a3, 0xc3ccd0, 0x94a3a0],
} as const;
const ACCENTS: readonly Color[] = [0x3c7a6b, 0xb8473e, 0x2f5f8a, 0xd99a3d, 0x5d4a7a, 0x48505a];
const PANE: Color = 0x3d5566;
const LIT_PANE: Color = 0xffd88a;
const WINDOW_DISTANCE = 130;

export function drawBuildingPlan(random: Random, id: number, urbanity: number): Building {
  const kind = random.weighted([
    ['house', 1.3 * (1 - urbanity)],
    ['block', 0.4 + urbanity],
    ['office', urbanity * 0.6],
  ] as const);
  const frontage = kind === 'house' ? random.between(8, 12) : random.between(12, 22);
  const floors =
    kind === 'house' ? random.integer(1, 2) : kind === 'block' ? random.integer(3, 6) : random.integer(5, 9);
  const storey = kind === 'office' ? 3.6 : 3.1;
  return {
    id,
    kind,
    frontage,
    floors,
    deep: kind === 'house' ? 8 : 14,
    height: floors * storey + (kind === 'house' ? 0.3 : 1.4),
    columns: Math.max(2, Math.round(frontage / (kind === 'office' ? 2.2 : 3))),
    wall: random.pick(WALLS[kind]),
    accent: random.pick(ACCENTS),
  };
}

/**
 * @param side -1 left of the road, 1 right of it
 * @param litShare share of lit windows
 */
export function drawBuilding(
  camera: Camera,
  plan: Building,
  pose: Pose,
  side: -1 | 1,
  sunSide: number,
  litShare: number,
): Figure {
  const sketch = new Sketch(camera, pose);
  const { frontage, deep, height, wall, kind } = plan;
  const half = frontage / 2;
  const back = side * deep;
  const streetShade = side === sunSide ? 0.8 : 1.04;
  if (sketch.eye.u < -half) {
    sketch.polygon(
      [
        [-half, 0, 0],
        [-half, 0, height],
        [-half, back, height],
        [-half, back, 0],
      ],
      { color: wall, shade: 0.88 },
    );
    if (kind === 'house') drawGable(sketch, plan, back);
    else drawEndWindows(sketch, plan, side, litShare);
  }
  const facesStreet = side * sketch.eye.v < 0;
  if (kind === 'house')
    sketch.polygon(
      [
        [-half - 0.4, -side * 0.5, height - 0.1],
        [-half - 0.4, back / 2, height + 3],
        [half + 0.4, back / 2, height + 3],
        [half + 0.4, -side * 0.5, height - 0.1],
      ],
      { color: 0x8a4f42, shade: streetShade },
    );
  if (facesStreet) {
    sketch.polygon(
      [
        [-half, 0, 0],
        [-half, 0, height],
        [half, 0, height],
        [half, 0, 0],
      ],
      { color: wall, shade: streetShade },
    );
    drawStreetFront(sketch, plan, side, streetShade, litShare);
  }
  // Objects in front of the building's far end are nearer, because they stand on its street side.
  return sketch.figure(undefined, sketch.depth + half);
}

function drawGable(sketch: Sketch, { frontage, height, wall }: Building, back: number): void {
  const u = -frontage / 2;
  sketch.polygon(
    [
      [u, 0, height],
      [u, back / 2, height + 2.9],
      [u, back, height],
    ],
    { color: wall, shade: 0.88 },
  );
}

function drawStreetFront(sketch: Sketch, plan: Building, side: number, shade: number, litShare: number): void {
  const { id, kind, frontage, height, floors, columns, accent, wall } = plan;
  const half = frontage / 2;
  const v = -side * 0.02;
  if (kind !== 'house') {
    sketch.polygon(
      [
        [-half, v, height - 0.55],
        [-half, v, height],
        [half, v, height],
        [half, v, height - 0.55],
      ],
      { color: wall, shade: shade * 0.82 },
      true,
    );
    sketch.polygon(
      [
        [-half, v, 0],
        [-half, v, 3.2],
        [half, v, 3.2],
        [half, v, 0],
      ],
      { color: kind === 'office' ? 0x39444d : accent, shade: shade * 0.8 },
      true,
    );
  }
  if (sketch.depth > WINDOW_DISTANCE) return;
  const storey = (height - (kind === 'house' ? 0.3 : 1.4)) / floors;
  const pitch = frontage / columns;
  const inset = kind === 'office' ? 0.12 : 0.27;
  const [dark, lit]: [Point[], Point[]] = [[], []];
  for (let floor = 0; floor < floors; floor++) {
    const isShop = floor === 0 && kind !== 'house';
    const low = floor * storey + (isShop ? 0.35 : kind === 'office' ? 0.7 : 0.95);
    const high = floor * storey + (isShop ? 2.5 : kind === 'office' ? 3.1 : 2.45);
    for (let column = 0; column < columns; column++) {
      const from = -half + (column + (isShop ? 0.1 : inset)) * pitch;
      const to = -half + (column + 1 - (isShop ? 0.1 : inset)) * pitch;
      const list = hashUnit(id, floor, column) < litShare * (isShop ? 1.8 : 1) ? lit : dark;
      list.push([from, v, low], [from, v, high], [to, v, high], [to, v, low]);
    }
  }
  sketch.quads(dark, { color: PANE, shade: shade * 1.05 });
  sketch.quads(lit, { color: LIT_PANE, shade: 0.92, glows: true });
  if (kind === 'block') drawAwning(sketch, plan, side, shade);
}

function drawAwning(sketch: Sketch, { id, frontage, accent }: Building, side: number, shade: number): void {
  const half = frontage / 2 - 0.4;
  const reach = -side * 1.1;
  if (hashUnit(id, 77) < 0.4) return;
  sketch.polygon(
    [
      [-half, 0, 3.1],
      [half, 0, 3.1],
      [half, reach, 2.6],
      [-half, reach, 2.6],
    ],
    { color: accent, shade: shade * 1.12 },
    true,
  );
  sketch.polygon(
    [
      [-half, reach, 2.6],
      [half, reach, 2.6],
      [half, reach, 2.35],
      [-half, reach, 2.35],
    ],
    { color: 0xf3ead8, shade },
    true,
  );
}

function drawEndWindows(
  sketch: Sketch,
  { id, kind, frontage, deep, height, floors }: Building,
  side: number,
  litShare: number,
): void {
  if (sketch.depth > WINDOW_DISTANCE) return;
  const u = -frontage / 2 - 0.02;
  const storey = (height - 1.4) / floors;
  const [dark, lit]: [Point[], Point[]] = [[], []];
  for (let floor = 1; floor < floors; floor++) {
    for (let column = 0; column < 3; column++) {
      const [from, to] = [side * deep * (0.12 + column * 0.29), side * deep * (0.27 + column * 0.29)];
      const [low, high] = [
        floor * storey + (kind === 'office' ? 0.7 : 0.95),
        floor * storey + (kind === 'office' ? 3.1 : 2.45),
      ];
      (hashUnit(id, 9, floor, column) < litShare ? lit : dark).push(
        [u, from, low],
        [u, from, high],
        [u, to, high],
        [u, to, low],
      );
    }
  }
  sketch.quads(dark, { color: PANE, shade: 0.92 });
  sketch.quads(lit, { color: LIT_PANE, shade: 0.92, glows: true });
}
