import type { Camera, Pose } from '../camera.js';
import { SYNTH_CLASSES } from '../classes.js';
import type { Color, Figure } from '../figure.js';
import { Sketch, type Point } from '../sketch.js';
import type { Seat } from './rider.js';

const RUBBER: Color = 0x24272b;
const METAL: Color = 0x8f979e;

const BICYCLE = { axle: 0.52, radius: 0.34 } as const;
const MOTORCYCLE = { axle: 0.72, radius: 0.31 } as const;

/** @param pedal turn of the cranks, radians */
export function bicycleSeat(pedal: number, helmet: Color | undefined): Seat {
  const foot = (side: number): Point => {
    const angle = pedal + (side > 0 ? 0 : Math.PI);
    return [0.02 + 0.17 * Math.cos(angle), side * 0.11, 0.3 + 0.17 * Math.sin(angle)];
  };
  return { hip: [-0.2, 0, 0.98], neck: [0.12, 0, 1.5], hands: [0.46, 0.24, 1.03], feet: [foot(1), foot(-1)], helmet };
}

export function motorcycleSeat(helmet: Color): Seat {
  return {
    hip: [-0.25, 0, 0.86],
    neck: [0.02, 0, 1.4],
    hands: [0.48, 0.33, 1.0],
    feet: [
      [0.05, 0.19, 0.34],
      [0.05, -0.19, 0.34],
    ],
    helmet,
  };
}

/** Draws a bicycle without its rider. */
export function drawBicycle(camera: Camera, color: Color, pose: Pose, trackId: number, pedal: number): Figure {
  const sketch = new Sketch(camera, pose);
  const { axle, radius } = BICYCLE;
  const frame = { color, shade: 1 };
  for (const u of [-axle, axle]) {
    sketch.stroke(ring(u, radius, radius - 0.02), 0.045, { color: RUBBER, shade: 1 });
    if (sketch.scale > 40)
      sketch.stroke(
        [
          [u, 0, 0.1],
          [u, 0, 2 * radius - 0.1],
        ],
        0.012,
        { color: METAL, shade: 1 },
        true,
      );
  }
  const [crank, saddle, head]: Point[] = [
    [0.02, 0, 0.3],
    [-0.18, 0, 0.9],
    [0.36, 0, 0.88],
  ];
  sketch.stroke([[-axle, 0, radius], crank, [-0.13, 0, 0.76], [-axle, 0, radius]], 0.032, frame);
  sketch.stroke([crank, [0.38, 0, 0.76], [-0.13, 0, 0.76]], 0.038, frame);
  sketch.stroke([[axle, 0, radius], head], 0.035, frame);
  sketch.stroke([head, [0.37, 0, 1.0], [0.42, 0.26, 1.02]], 0.03, { color: METAL, shade: 1 });
  sketch.stroke(
    [
      [0.37, 0, 1.0],
      [0.42, -0.26, 1.02],
    ],
    0.03,
    { color: METAL, shade: 1 },
  );
  sketch.stroke([[-0.13, 0, 0.76], saddle], 0.03, { color: METAL, shade: 1 });
  sketch.stroke(
    [
      [-0.3, 0, 0.92],
      [-0.08, 0, 0.92],
    ],
    0.07,
    { color: RUBBER, shade: 1 },
  );
  sketch.stroke(
    [
      [0.02 + 0.15 * Math.cos(pedal), 0.08, 0.3 + 0.15 * Math.sin(pedal)],
      crank,
      [0.02 - 0.15 * Math.cos(pedal), -0.08, 0.3 - 0.15 * Math.sin(pedal)],
    ],
    0.03,
    { color: RUBBER, shade: 1 },
  );
  if (sketch.eye.u < 0) sketch.balls([[[-0.4, 0, 0.72], 0.045]], { color: 0xd94a3c, shade: 1, glows: true }, true);
  return sketch.figure({ trackId, classId: SYNTH_CLASSES.indexOf('bicycle') });
}

/** Draws a motorcycle without its rider. */
export function drawMotorcycle(
  camera: Camera,
  color: Color,
  pose: Pose,
  trackId: number,
  lightsOn: boolean,
  braking: boolean,
): Figure {
  const sketch = new Sketch(camera, pose);
  const { axle, radius } = MOTORCYCLE;
  const fromBehind = sketch.eye.u < 0;
  const drawWheel = (u: number): void => {
    sketch.stroke(ring(u, radius, radius - 0.065), 0.13, { color: RUBBER, shade: 1 });
    if (sketch.scale > 25) sketch.stroke(ring(u, radius, 0.09), 0.05, { color: METAL, shade: 0.9 }, true);
  };
  drawWheel(fromBehind ? axle : -axle);
  if (fromBehind) drawFork(sketch, color, axle);
  sketch.stroke(
    [
      [-0.12, 0, 0.42],
      [0.25, 0, 0.4],
    ],
    0.34,
    { color: 0x3a3f45, shade: 1 },
  );
  sketch.stroke(
    [
      [-axle, 0, radius],
      [-0.1, 0, 0.4],
    ],
    0.08,
    { color: METAL, shade: 0.8 },
  );
  sketch.stroke(
    [
      [-0.75, 0.16, 0.36],
      [0.1, 0.17, 0.3],
    ],
    0.09,
    { color: METAL, shade: 1.05 },
  );
  sketch.stroke(
    [
      [0.02, 0, 0.74],
      [0.32, 0, 0.78],
    ],
    0.29,
    { color, shade: 1 },
  );
  sketch.stroke(
    [
      [-0.62, 0, 0.82],
      [-0.08, 0, 0.76],
    ],
    0.17,
    { color: RUBBER, shade: 1.2 },
  );
  sketch.stroke(
    [
      [-0.86, 0, 0.78],
      [-0.55, 0, 0.74],
    ],
    0.16,
    { color, shade: 0.85 },
  );
  if (!fromBehind) drawFork(sketch, color, axle);
  drawWheel(fromBehind ? -axle : axle);
  if (fromBehind) {
    sketch.balls([[[-0.93, 0, 0.78], 0.06]], {
      color: braking ? 0xff5a44 : lightsOn ? 0xe2463a : 0x9d2b26,
      shade: 1,
      glows: lightsOn || braking,
    });
    if (lightsOn || braking) sketch.glow([-0.93, 0, 0.78], 0.5, 0xff3a2a, 0.4);
    sketch.polygon(
      [
        [-0.92, -0.09, 0.52],
        [-0.92, -0.09, 0.66],
        [-0.92, 0.09, 0.66],
        [-0.92, 0.09, 0.52],
      ],
      { color: 0xe9e7da, shade: 1 },
    );
  }
  return sketch.figure({ trackId, classId: SYNTH_CLASSES.indexOf('motorcycle') });
}

function drawFork(sketch: Sketch, color: Color, axle: number): void {
  sketch.stroke(
    [
      [axle, 0, 0.31],
      [0.44, 0, 0.92],
    ],
    0.08,
    { color: METAL, shade: 1 },
  );
  sketch.stroke(
    [
      [0.44, 0.36, 1.02],
      [0.48, 0, 0.98],
      [0.44, -0.36, 1.02],
    ],
    0.05,
    { color: RUBBER, shade: 1.2 },
  );
  sketch.stroke(
    [
      [0.86, 0, 0.66],
      [0.6, 0, 0.68],
    ],
    0.12,
    { color, shade: 0.95 },
  );
  if (sketch.eye.u > 0) {
    sketch.balls([[[0.58, 0, 0.88], 0.11]], { color: 0xfffbe8, shade: 1, glows: true });
    sketch.glow([0.6, 0, 0.88], 0.9, 0xfff0cc, 0.6);
  }
}

/** A circle in the machine's plane of symmetry, closed. */
function ring(u: number, height: number, radius: number): Point[] {
  return Array.from({ length: 17 }, (_, i) => {
    const angle = (i * Math.PI) / 8;
    return [u + radius * Math.cos(angle), 0, height + radius * Math.sin(angle)] as const;
  });
}
