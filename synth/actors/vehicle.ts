import type { Camera, Pose } from '../camera.js';
import { SYNTH_CLASSES } from '../classes.js';
import type { Color, Figure, Paint } from '../figure.js';
import { Sketch, type Point } from '../sketch.js';
import type { Body, Profile, VehicleModel } from './vehicle-models.js';

export type VehicleLook = {
  readonly model: VehicleModel;
  readonly paint: Color;
};

export type VehicleState = {
  readonly trackId: number;
  readonly pose: Pose;
  readonly lightsOn: boolean;
  readonly braking: boolean;
  /** -1: the left one blinks at this moment, 1: the right one. */
  readonly blinker: -1 | 0 | 1;
  /** The side of the vehicle that the sun is on. */
  readonly sunSide: -1 | 1;
};

const GLASS: Color = 0x2b3a46;
const TYRE: Color = 0x1d2024;
const HUB: Color = 0x9ba3aa;
const TRIM: Color = 0xd9dcdd;
const UNDERSIDE: Color = 0x15171a;
const PLATE: Color = 0xe9e7da;
const TAIL_LAMP: Color = 0x9d2b26;
const TAIL_LAMP_LIT: Color = 0xe2463a;
const BRAKE_LAMP_LIT: Color = 0xff5a44;
const HEAD_LAMP: Color = 0xdfe6ea;
const HEAD_LAMP_LIT: Color = 0xfffbe8;
const BLINKER_LIT: Color = 0xffb03a;
/** Below this number of pixels per metre, details are left out. */
const DETAIL_SCALE = 9;

/**
 * Draws a car, bus or truck. Faces that look away are left out, so that the rest lie side by side or in their order.
 */
export function drawVehicle(camera: Camera, { model, paint }: VehicleLook, state: VehicleState): Figure {
  const sketch = new Sketch(camera, state.pose);
  const detailed = sketch.scale > DETAIL_SCALE;
  drawUnderside(sketch, model);
  const order = [...model.bodies.keys()];
  // Behind each other rather than stacked: the one farther from the eye first.
  if (model.className === 'truck' && sketch.eye.u > 0) order.push(order.splice(1, 1)[0]);
  for (const index of order) {
    const body = model.bodies[index];
    const color = body.color === 'paint' ? paint : body.color === 'trim' ? TRIM : body.color;
    const isCabin = index === model.cabin.body;
    drawBody(sketch, body, color, state.sunSide, isCabin ? model.cabin.panes : []);
    if (isCabin) drawSideWindows(sketch, body, model.cabin.windows, state.sunSide);
    if (index === 0 && detailed) drawSill(sketch, model, paint, state.sunSide);
  }
  if (sketch.eye.u < -model.length / 2) drawRear(sketch, model, state, detailed);
  if (sketch.eye.u > model.length / 2) drawFront(sketch, model, state, detailed);
  drawWheels(sketch, model, state.sunSide, detailed);
  return sketch.figure({ trackId: state.trackId, classId: SYNTH_CLASSES.indexOf(model.className) });
}

function drawUnderside(sketch: Sketch, { length, width, wheelRadius, axles }: VehicleModel): void {
  const half = width / 2;
  const near = sketch.eye.u < 0 ? -length / 2 : length / 2;
  const axle = sketch.eye.u < 0 ? axles[0] : axles[axles.length - 1];
  const tread = Math.min(0.32, width * 0.14);
  sketch.polygon(
    [
      [near, -half * 0.9, 0.16],
      [near, half * 0.9, 0.16],
      [near, half * 0.9, 0.5],
      [near, -half * 0.9, 0.5],
    ],
    { color: UNDERSIDE, shade: 0.8 },
  );
  for (const side of [-1, 1]) {
    const [outer, inner] = [side * half * 0.97, side * (half * 0.97 - tread)];
    const top = 1.9 * wheelRadius;
    sketch.polygon(
      [
        [axle, inner, 0],
        [axle, outer, 0],
        [axle, outer, top],
        [axle, inner, top],
      ],
      { color: TYRE, shade: 0.9 },
    );
  }
}

function drawBody(sketch: Sketch, body: Body, color: Color, sunSide: number, panes: readonly number[]): void {
  const { profile } = body;
  const widthAt = taper(body);
  for (let i = 0; i < profile.length; i++) {
    const [u1, h1] = profile[i];
    const [u2, h2] = profile[(i + 1) % profile.length];
    const [normalU, normalH] = [h1 - h2, u2 - u1];
    if (normalU * (sketch.eye.u - u1) + normalH * (sketch.eye.h - h1) <= 0) continue;
    const length = Math.hypot(normalU, normalH);
    const isPane = panes.includes(i);
    const up = normalH / length;
    const face: Paint = {
      color: isPane ? GLASS : color,
      shade: isPane ? 0.95 + 0.35 * Math.max(0, up) : 0.82 + (up > 0 ? 0.34 : 0.3) * up,
    };
    const [w1, w2] = [widthAt(h1), widthAt(h2)];
    const corners: Point[] = [
      [u1, -w1, h1],
      [u1, w1, h1],
      [u2, w2, h2],
      [u2, -w2, h2],
    ];
    if (!isPane) {
      sketch.polygon(corners, face);
      continue;
    }
    sketch.polygon(corners, { color, shade: 0.86 });
    sketch.polygon(inset(corners, 0.07), face, true);
    // A streak of sky across the glass.
    if (sketch.scale > 2 * DETAIL_SCALE)
      sketch.polygon(streak(corners), { color: GLASS, shade: face.shade * 1.35 }, true);
  }
  for (const side of [-1, 1]) {
    if (side * sketch.eye.v <= body.halfWidth) continue;
    sketch.polygon(
      profile.map(([u, h]) => [u, side * widthAt(h), h] as const),
      { color, shade: sideShade(side, sunSide) },
    );
  }
}

function drawSideWindows(sketch: Sketch, body: Body, windows: readonly Profile[], sunSide: number): void {
  const widthAt = taper(body);
  for (const side of [-1, 1]) {
    if (side * sketch.eye.v <= body.halfWidth) continue;
    for (const window of windows) {
      sketch.polygon(
        window.map(([u, h]) => [u, side * widthAt(h), h] as const),
        { color: GLASS, shade: 0.92 + (side === sunSide ? 0.25 : 0) },
        true,
      );
    }
  }
}

/** The darker lower edge of a car's side, or a bus's stripe. */
function drawSill(sketch: Sketch, { bodies: [body], className }: VehicleModel, paint: Color, sunSide: number): void {
  const side = Math.sign(sketch.eye.v);
  if (side * sketch.eye.v <= body.halfWidth || className === 'truck') return;
  const from = body.profile[0];
  const to = body.profile[body.profile.length - 1];
  const v = side * body.halfWidth;
  if (className === 'car') {
    sketch.polygon(
      [
        [from[0], v, from[1]],
        [from[0] - 0.05, v, 0.42],
        [to[0] + 0.05, v, 0.42],
        [to[0], v, to[1]],
      ],
      { color: paint, shade: 0.58 * sideShade(side, sunSide) },
      true,
    );
  } else {
    sketch.polygon(
      [
        [-5.79, v, 0.72],
        [-5.79, v, 1.02],
        [5.78, v, 1.02],
        [5.79, v, 0.72],
      ],
      { color: 0xf4f1e6, shade: sideShade(side, sunSide) },
      true,
    );
  }
}

function drawRear(
  sketch: Sketch,
  model: VehicleModel,
  { lightsOn, braking, blinker }: VehicleState,
  detailed: boolean,
): void {
  const {
    length,
    width,
    lampHeight,
    lampSize: [lampWidth, lampTall],
    className,
  } = model;
  const u = -length / 2 - 0.01;
  const half = width / 2;
  const lit = braking || lightsOn;
  for (const side of [-1, 1] as const) {
    const blinks = blinker === side;
    const [outer, inner] = [side * (half - 0.06), side * (half - 0.06 - lampWidth)];
    const color = blinks ? BLINKER_LIT : braking ? BRAKE_LAMP_LIT : lightsOn ? TAIL_LAMP_LIT : TAIL_LAMP;
    sketch.polygon(
      panel(u, outer, inner, lampHeight, lampTall),
      { color, shade: lit || blinks ? 1 : 0.95, glows: lit || blinks },
      true,
    );
    if (lit || blinks)
      sketch.glow(
        [u, (outer + inner) / 2, lampHeight],
        braking ? 0.75 : 0.5,
        blinks ? BLINKER_LIT : 0xff3a2a,
        braking || blinks ? 0.55 : 0.3,
      );
  }
  if (!detailed) return;
  if (className === 'bus') {
    sketch.polygon(panel(u, -0.95, 0.95, 2.05, 0.85), { color: GLASS, shade: 0.95 }, true);
    sketch.polygon(panel(u, -0.85, 0.85, 1.05, 0.36), { color: 0x3a3f45, shade: 0.9 }, true);
  } else if (className === 'truck') {
    drawTailgate(sketch, model, u);
  } else {
    sketch.polygon(panel(u, -half + 0.1, half - 0.1, 0.42, 0.16), { color: 0x25282c, shade: 0.9 }, true);
  }
  sketch.polygon(
    panel(u - 0.01, -0.26, 0.26, className === 'car' ? lampHeight - 0.04 : 0.62, 0.13),
    { color: PLATE, shade: 0.95 },
    true,
  );
}

/** Two doors on the back of the truck's last body. */
function drawTailgate(sketch: Sketch, { width, bodies }: VehicleModel, u: number): void {
  const half = width / 2;
  const [[, low], [, high]] = bodies[bodies.length - 1].profile;
  const [middle, tall] = [(low + high) / 2, high - low - 0.3];
  sketch.polygon(panel(u, -half + 0.14, half - 0.14, middle, tall + 0.08), { color: 0x2a2d30, shade: 1 }, true);
  sketch.polygon(panel(u, -half + 0.17, -0.02, middle, tall), { color: TRIM, shade: 0.86 }, true);
  sketch.polygon(panel(u, 0.02, half - 0.17, middle, tall), { color: TRIM, shade: 0.83 }, true);
}

function drawFront(sketch: Sketch, model: VehicleModel, { lightsOn, blinker }: VehicleState, detailed: boolean): void {
  const {
    length,
    width,
    lampHeight,
    lampSize: [lampWidth, lampTall],
    className,
  } = model;
  const u = length / 2 + 0.01;
  const half = width / 2;
  const height = lampHeight - (className === 'car' ? 0.08 : 0);
  if (detailed) {
    sketch.polygon(
      panel(u, -half * 0.62, half * 0.62, height - 0.12, className === 'car' ? 0.24 : 0.3),
      { color: 0x20252a, shade: 1 },
      true,
    );
    sketch.polygon(panel(u + 0.01, -0.26, 0.26, height - 0.26, 0.12), { color: PLATE, shade: 0.95 }, true);
    if (className === 'bus')
      sketch.polygon(panel(5.66, -0.75, 0.75, 2.72, 0.24), { color: 0xffb845, shade: 1, glows: true }, true);
  }
  for (const side of [-1, 1] as const) {
    const [outer, inner] = [side * (half - 0.08), side * (half - 0.08 - lampWidth)];
    const blinks = blinker === side;
    const color = blinks ? BLINKER_LIT : lightsOn ? HEAD_LAMP_LIT : HEAD_LAMP;
    sketch.polygon(
      panel(u, outer, inner, height, Math.min(0.2, lampTall)),
      { color, shade: 1, glows: lightsOn || blinks },
      true,
    );
    if (lightsOn) sketch.glow([u, (outer + inner) / 2, height], 1.1, 0xfff0cc, 0.75);
    else if (blinks) sketch.glow([u, (outer + inner) / 2, height], 0.5, BLINKER_LIT, 0.5);
  }
}

function drawWheels(
  sketch: Sketch,
  { width, wheelRadius, axles, bodies: [{ halfWidth }] }: VehicleModel,
  sunSide: number,
  detailed: boolean,
): void {
  const side = Math.sign(sketch.eye.v);
  if (side * sketch.eye.v <= halfWidth) return;
  const v = side * (width / 2 + 0.005);
  const corners = sketch.scale > 50 ? 28 : 14;
  for (const axle of axles) {
    if (detailed)
      sketch.polygon(wheel(axle, v, wheelRadius, wheelRadius * 1.16, corners), { color: UNDERSIDE, shade: 1 }, true);
    sketch.polygon(wheel(axle, v, wheelRadius, wheelRadius, corners), { color: TYRE, shade: 1 });
    if (detailed)
      sketch.polygon(
        wheel(axle, v, wheelRadius, wheelRadius * 0.6, corners),
        { color: HUB, shade: sideShade(side, sunSide) * 0.95 },
        true,
      );
  }
}

/** A disc on the vehicle's side; its part below the ground is flattened. */
function wheel(u: number, v: number, height: number, radius: number, corners: number): Point[] {
  return Array.from({ length: corners }, (_, i) => {
    const angle = (i * 2 * Math.PI) / corners;
    return [u + radius * Math.cos(angle), v, Math.max(0, height + radius * Math.sin(angle))] as const;
  });
}

/** An upright rectangle across the vehicle. */
function panel(u: number, v1: number, v2: number, height: number, tall: number): Point[] {
  const [low, high] = [height - tall / 2, height + tall / 2];
  return [
    [u, v1, low],
    [u, v1, high],
    [u, v2, high],
    [u, v2, low],
  ];
}

function inset(corners: readonly Point[], share: number): Point[] {
  const middle = [0, 1, 2].map((axis) => corners.reduce((sum, corner) => sum + corner[axis], 0) / corners.length);
  return corners.map(
    (corner) =>
      [0, 1, 2].map((axis) => corner[axis] + 2 * share * (middle[axis] - corner[axis])) as [number, number, number],
  );
}

function streak([a, b, c, d]: readonly Point[]): Point[] {
  const between = (from: Point, to: Point, share: number): Point =>
    [0, 1, 2].map((axis) => from[axis] + share * (to[axis] - from[axis])) as [number, number, number];
  return [
    between(between(a, b, 0.55), between(d, c, 0.55), 0.08),
    between(between(a, b, 0.75), between(d, c, 0.75), 0.08),
    between(between(a, b, 0.62), between(d, c, 0.62), 0.92),
    between(between(a, b, 0.42), between(d, c, 0.42), 0.92),
  ];
}

function sideShade(side: number, sunSide: number): number {
  return side === sunSide ? 1.02 : 0.76;
}

/** Half the width at a height: from the given one at the foot to that of the top. */
function taper({ profile, halfWidth, topHalfWidth }: Body): (h: number) => number {
  const heights = profile.map(([, h]) => h);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  return (h) => halfWidth + ((topHalfWidth - halfWidth) * (h - low)) / (high - low);
}
