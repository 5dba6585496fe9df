import type { Camera, Pose } from '../camera.js';
import { SYNTH_CLASSES } from '../classes.js';
import type { Color, Figure } from '../figure.js';
import { Sketch, type Point } from '../sketch.js';

export type Light = 'green' | 'yellow' | 'red';

const LAMPS: readonly { readonly light: Light; readonly height: number; readonly lit: Color; readonly dark: Color }[] =
  [
    { light: 'red', height: 0.96, lit: 0xff4433, dark: 0x45211f },
    { light: 'yellow', height: 0.6, lit: 0xffc531, dark: 0x453a1d },
    { light: 'green', height: 0.24, lit: 0x3df5a0, dark: 0x17392c },
  ];
const HOUSING: Color = 0x23272b;
const LEGENDS: readonly (readonly (readonly (readonly [x: number, y: number])[])[])[] = [
  [
    [
      [1, 1],
      [0, 1],
      [0, 0.5],
      [1, 0.5],
      [1, 0],
      [0, 0],
    ],
  ],
  [
    [
      [0, 1],
      [1, 1],
    ],
    [
      [0.5, 1],
      [0.5, 0],
    ],
  ],
  [
    [
      [0, 0],
      [0, 1],
      [1, 1],
      [1, 0],
      [0, 0],
    ],
  ],
  [
    [
      [0, 0],
      [0, 1],
      [1, 1],
      [1, 0.5],
      [0, 0.5],
    ],
  ],
];

/** Draws a signal head whose lamps face back along its pose; the pose's height is its lower end. */
export function drawTrafficLight(camera: Camera, pose: Pose, trackId: number, light: Light): Figure {
  const sketch = new Sketch(camera, pose);
  const [half, tall] = [0.25, 1.2];
  const side = Math.sign(sketch.eye.v);
  if (Math.abs(sketch.eye.v) > half) {
    sketch.polygon(
      [
        [0, side * half, 0],
        [0, side * half, tall],
        [0.22, side * half, tall],
        [0.22, side * half, 0],
      ],
      { color: HOUSING, shade: 0.7 },
    );
  }
  sketch.polygon(plate(half, 0, tall), { color: 0xe0b93a, shade: 0.95 });
  sketch.polygon(plate(half - 0.035, 0.035, tall - 0.035), { color: HOUSING, shade: 1 }, true);
  for (const { light: own, height, lit, dark } of LAMPS) {
    const isLit = own === light;
    sketch.balls([[[-0.02, 0, height], 0.155]], { color: isLit ? lit : dark, shade: 1, glows: isLit }, true);
    if (!isLit) continue;
    sketch.balls([[[-0.03, -0.03, height + 0.03], 0.07]], { color: 0xffffff, shade: 0.97, glows: true }, true);
    sketch.glow([-0.1, 0, height], 0.9, lit, 0.5);
  }
  return sketch.figure({ trackId, classId: SYNTH_CLASSES.indexOf('traffic light') });
}

/** Draws the octagon of a stop sign that faces back along its pose; the pose's height is its middle. */
export function drawStopSign(camera: Camera, pose: Pose, trackId: number): Figure {
  const sketch = new Sketch(camera, pose);
  sketch.polygon(octagon(0.46), { color: 0xf6f4ef, shade: 1 });
  sketch.polygon(octagon(0.42), { color: 0xc4262e, shade: 1 }, true);
  if (sketch.scale > 16) {
    LEGENDS.forEach((strokes, letter) => {
      for (const stroke of strokes) {
        sketch.stroke(
          stroke.map(([x, y]) => [-0.02, -0.3 + letter * 0.17 + x * 0.09, -0.11 + y * 0.22] as const),
          0.036,
          { color: 0xf6f4ef, shade: 1 },
          true,
        );
      }
    });
  }
  return sketch.figure({ trackId, classId: SYNTH_CLASSES.indexOf('stop sign') });
}

function plate(half: number, low: number, high: number): Point[] {
  const cut = 0.05;
  return [
    [0, -half, low + cut],
    [0, -half, high - cut],
    [0, -half + cut, high],
    [0, half - cut, high],
    [0, half, high - cut],
    [0, half, low + cut],
    [0, half - cut, low],
    [0, -half + cut, low],
  ];
}

function octagon(radius: number): Point[] {
  return Array.from({ length: 8 }, (_, i) => {
    const angle = ((i + 0.5) * Math.PI) / 4;
    return [0, radius * Math.cos(angle), radius * Math.sin(angle)] as const;
  });
}
