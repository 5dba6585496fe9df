import type { Camera, Pose } from '../camera.js';
import type { Color, Figure } from '../figure.js';
import type { Random } from '../random.js';
import { Sketch, type Point } from '../sketch.js';

export type Tree = {
  readonly kind: 'round' | 'conifer';
  readonly height: number;
  readonly leaf: Color;
  /** Balls of the crown: across the view, height and radius, as fractions of the tree's height. */
  readonly crown: readonly (readonly [across: number, height: number, radius: number])[];
};

const LEAVES: readonly Color[] = [0x5f9a4f, 0x4c8a55, 0x7aa84e, 0x3f7d5a, 0x8fae4a, 0xc98b3c];
const NEEDLES: readonly Color[] = [0x2f6b52, 0x3a7a58, 0x2c5f56];
const BARK: Color = 0x6a4f3b;

export function drawTreePlan(random: Random, urbanity: number): Tree {
  const kind = random.chance(0.25 * (1 - urbanity)) ? 'conifer' : 'round';
  return {
    kind,
    height: kind === 'conifer' ? random.between(6, 10) : random.between(4.8, 8),
    leaf: random.pick(kind === 'conifer' ? NEEDLES : LEAVES),
    crown: [
      [0, 0.72, 0.26],
      [-0.17, 0.6, 0.18],
      [0.18, 0.61, 0.19],
      [random.between(-0.1, 0.1), 0.84, 0.16],
      [0, 0.56, 0.2],
    ].map(([x, h, r]) => [x + random.between(-0.03, 0.03), h, r * random.between(0.9, 1.1)] as const),
  };
}

/** Trees are the same from all sides. @param sunSide the side the light comes from */
export function drawTree(camera: Camera, { kind, height, leaf, crown }: Tree, at: Pose, sunSide: number): Figure {
  const sketch = new Sketch(camera, { ...at, heading: camera.heading });
  const trunk = height * 0.024;
  sketch.polygon(
    [
      [0, -trunk * 1.4, 0],
      [0, -trunk, height * 0.6],
      [0, trunk, height * 0.6],
      [0, trunk * 1.4, 0],
    ],
    { color: BARK, shade: 0.95 },
  );
  if (kind === 'conifer') {
    for (let tier = 0; tier < 3; tier++) {
      const [low, high, half] = [
        height * (0.18 + tier * 0.25),
        height * (0.58 + tier * 0.21),
        height * (0.23 - tier * 0.055),
      ];
      sketch.polygon(
        [
          [0, -half, low],
          [0, 0, high],
          [0, half, low],
        ],
        { color: leaf, shade: 0.82 + tier * 0.07 },
      );
      sketch.polygon(
        [
          [0, 0, low],
          [0, 0, high],
          [0, sunSide * half, low],
        ],
        { color: leaf, shade: 0.98 + tier * 0.07 },
        true,
      );
    }
    return sketch.figure();
  }
  const balls = (scale: number, dx: number, dh: number): (readonly [Point, number])[] =>
    crown.map(([x, h, r]) => [[0, (x + dx) * height, (h + dh) * height], r * scale * height]);
  sketch.balls(balls(1, 0, 0), { color: leaf, shade: 0.76 });
  sketch.balls(balls(0.8, sunSide * 0.03, 0.035), { color: leaf, shade: 0.93 }, true);
  if (sketch.depth < 70) sketch.balls(balls(0.5, sunSide * 0.06, 0.075).slice(0, 4), { color: leaf, shade: 1.1 }, true);
  return sketch.figure();
}
