import type { Camera, Pose } from '../camera.js';
import { SYNTH_CLASSES } from '../classes.js';
import type { Color, Figure } from '../figure.js';
import type { Random } from '../random.js';
import { Sketch, type Point } from '../sketch.js';

export type PersonLook = {
  /** Metres. */
  readonly height: number;
  readonly skin: Color;
  readonly hair: Color;
  readonly top: Color;
  readonly legs: Color;
  readonly shoes: Color;
  readonly outfit: 'shirt' | 'coat' | 'dress';
  readonly carries: 'nothing' | 'backpack' | 'bag';
  readonly longHair: boolean;
  readonly bag: Color;
};

const SKINS: readonly Color[] = [0xf1c9a5, 0xe0ac84, 0xc58a5f, 0x9a6440, 0x6d4630];
const HAIRS: readonly Color[] = [0x2a211c, 0x4b3425, 0x7d5a3a, 0xb98d4f, 0x9c9a97, 0x1b1b1f];
const TOPS: readonly Color[] = [
  0xc8443d, 0x2f6fae, 0xe9c23e, 0x3c8f74, 0xf1ede2, 0x5f4b8b, 0xe8845c, 0x2e3742, 0x86b7c9, 0xb5577c,
];
const TROUSERS: readonly Color[] = [0x2b3648, 0x3b4a63, 0x4c4238, 0x232529, 0x6c7178, 0x8a7a60];
const BAGS: readonly Color[] = [0x6a4a34, 0x2f2b2a, 0x9c5140, 0x2f5f6a, 0xc9963c];

export function drawPersonLook(random: Random): PersonLook {
  const isChild = random.chance(0.12);
  return {
    height: isChild ? random.between(1.15, 1.45) : random.between(1.6, 1.88),
    skin: random.pick(SKINS),
    hair: random.pick(HAIRS),
    top: random.pick(TOPS),
    legs: random.pick(TROUSERS),
    shoes: random.pick([0x26221f, 0xe6e2da, 0x7a3a33]),
    outfit: isChild
      ? 'shirt'
      : random.weighted([
          ['shirt', 5],
          ['coat', 3],
          ['dress', 2],
        ]),
    carries: random.weighted([
      ['nothing', 5],
      ['backpack', 2],
      ['bag', 2],
    ]),
    longHair: random.chance(0.4),
    bag: random.pick(BAGS),
  };
}

/**
 * Draws someone who stands or walks.
 * @param stride where in the step: grows by 2 pi with two steps
 * @param effort 0 stands, 1 walks briskly
 */
export function drawPerson(
  camera: Camera,
  look: PersonLook,
  pose: Pose,
  trackId: number,
  stride: number,
  effort: number,
): Figure {
  const sketch = new Sketch(camera, pose);
  const { height: size } = look;
  const fromSide = Math.abs(sketch.eye.v) / Math.hypot(sketch.eye.u, sketch.eye.v);
  const nearSide = Math.sign(sketch.eye.v) || 1;
  const bob = 0.012 * size * effort * Math.cos(2 * stride);
  const [hip, chest, neck] = [0.5 * size + bob, 0.72 * size + bob, 0.83 * size + bob];
  const leg = (side: number): void => {
    const angle = stride + (side > 0 ? 0 : Math.PI);
    const swing = 0.16 * size * effort * Math.sin(angle);
    const lift = 0.07 * size * effort * Math.max(0, Math.cos(angle));
    const v = side * 0.055 * size;
    const ankle: Point = [swing, v, 0.035 * size + lift];
    const shade = side === nearSide ? 1 : 0.82;
    const bare = look.outfit === 'dress';
    sketch.stroke(
      [[0, v, hip - 0.02 * size], [swing * 0.62 + 0.035 * size * effort, v, 0.27 * size + lift * 0.7], ankle],
      (bare ? 0.058 : 0.078) * size,
      { color: bare ? look.skin : look.legs, shade },
    );
    sketch.stroke([ankle, [swing + 0.065 * size, v, 0.03 * size + lift * 0.6]], 0.058 * size, {
      color: look.shoes,
      shade,
    });
  };
  const arm = (side: number): void => {
    const swing = -0.13 * size * effort * Math.sin(stride + (side > 0 ? 0 : Math.PI));
    const v = side * 0.135 * size;
    const shade = side === nearSide ? 0.92 : 0.74;
    const hand: Point = [swing + 0.03 * size, v * 1.08, 0.46 * size + bob + Math.abs(swing) * 0.2];
    sketch.stroke(
      [[0, v * 0.93, neck - 0.035 * size], [swing * 0.45 - 0.01 * size, v * 1.08, 0.63 * size + bob], hand],
      0.058 * size,
      { color: look.top, shade },
    );
    sketch.balls([[hand, 0.03 * size]], { color: look.skin, shade });
    if (look.carries === 'bag' && side > 0) {
      const [u, bagV, h] = hand;
      sketch.polygon(
        [
          [u - 0.1, bagV, h - 0.3],
          [u - 0.07, bagV, h - 0.04],
          [u + 0.07, bagV, h - 0.04],
          [u + 0.1, bagV, h - 0.3],
        ],
        { color: look.bag, shade: 1 },
      );
    }
  };
  const backpack = (): void => {
    if (look.carries === 'backpack')
      sketch.stroke(
        [
          [-0.1 * size, 0, 0.6 * size + bob],
          [-0.1 * size, 0, 0.74 * size + bob],
        ],
        0.155 * size,
        { color: look.bag, shade: 0.95 },
      );
  };

  leg(-nearSide);
  arm(-nearSide);
  if (sketch.eye.u > 0) backpack();
  leg(nearSide);
  drawTorso(sketch, look, hip, chest, neck, fromSide);
  if (sketch.eye.u <= 0) backpack();
  arm(nearSide);
  drawHead(sketch, look, bob);
  return sketch.figure({ trackId, classId: SYNTH_CLASSES.indexOf('person') });
}

function drawTorso(
  sketch: Sketch,
  { height: size, top, legs, outfit }: PersonLook,
  hip: number,
  chest: number,
  neck: number,
  fromSide: number,
): void {
  // Seen from the front a trunk is wider than from the side: half widths, measured across the view.
  const wide = (front: number, side: number): number => size * (front + (side - front) * fromSide);
  const hem = outfit === 'shirt' ? hip - 0.02 * size : outfit === 'coat' ? 0.34 * size : 0.3 * size;
  const hemHalf = outfit === 'dress' ? wide(0.13, 0.11) : wide(0.098, 0.07);
  if (outfit === 'shirt')
    sketch.polygon(
      across(sketch, [
        [hip - 0.07 * size, wide(0.085, 0.06)],
        [hip + 0.03 * size, wide(0.092, 0.068)],
      ]),
      { color: legs, shade: 0.95 },
    );
  sketch.polygon(
    across(sketch, [
      [hem, hemHalf],
      [hip + 0.06 * size, wide(0.088, 0.066)],
      [chest, wide(0.118, 0.082)],
      [neck - 0.03 * size, wide(0.125, 0.07)],
      [neck, wide(0.06, 0.05)],
    ]),
    { color: top, shade: 1 },
  );
}

function drawHead(sketch: Sketch, { height: size, skin, hair, longHair }: PersonLook, bob: number): void {
  const middle: Point = [0.012 * size, 0, 0.915 * size + bob];
  const radius = 0.068 * size;
  const crown: Point = [-0.02 * size, 0, 0.935 * size + bob];
  const fromBehind = sketch.eye.u < 0;
  sketch.stroke(
    [
      [0, 0, 0.82 * size + bob],
      [0, 0, 0.87 * size + bob],
    ],
    0.055 * size,
    { color: skin, shade: 0.88 },
  );
  const hang: Point = [-0.035 * size, 0, 0.85 * size + bob];
  if (longHair && !fromBehind) sketch.balls([[hang, radius * 0.95]], { color: hair, shade: 0.9 });
  if (!fromBehind) sketch.balls([[crown, radius]], { color: hair, shade: 1 });
  sketch.balls([[middle, radius * 0.94]], { color: skin, shade: 1 });
  if (fromBehind)
    sketch.balls([[crown, radius], ...(longHair ? [[hang, radius * 0.95] as const] : [])], { color: hair, shade: 1 });
  else sketch.balls([[[-0.012 * size, 0, 0.958 * size + bob], radius * 0.66]], { color: hair, shade: 1 });
}

/** A polygon that is symmetric about the body's axis and faces the viewer: rows from the lowest up. */
export function across(sketch: Sketch, rows: readonly (readonly [height: number, half: number])[], u = 0): Point[] {
  const { u: eyeU, v: eyeV } = sketch.eye;
  const length = Math.hypot(eyeU, eyeV);
  const [rightU, rightV] = [-eyeV / length, eyeU / length];
  return [
    ...rows.map(([h, half]) => [u - rightU * half, -rightV * half, h] as const),
    ...rows.toReversed().map(([h, half]) => [u + rightU * half, rightV * half, h] as const),
  ];
}
