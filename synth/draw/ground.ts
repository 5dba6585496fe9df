import { createCanvas, type Canvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { Size } from '../../src/core/size.js';
import { CROSSING_HALF, CROSSWALK_GAP, CROSSWALK_WIDTH, STOP_LINE_GAP, type Block } from '../blocks.js';
import { LENS } from '../camera.js';
import type { Color } from '../figure.js';
import type { Scene } from '../scene.js';
import { Sketch, type Point } from '../sketch.js';
import { css, cssAlpha, toned, type Atmosphere } from '../atmosphere.js';
import { trace } from './trace.js';

const WORLD = { x: 0, y: 0, z: 0, heading: 0 } as const;
const FAR = 260;
const DASH_PERIOD = 9;
const DASH = 3;

/** Draws the road and all flat objects in plain colours, and then the air over them, which is painted once. */
export function createGround(
  size: Size,
  air: Atmosphere,
  urbanity: number,
): (context: SKRSContext2D, scene: Scene) => void {
  const lit = (color: Color): string => css(toned({ color, shade: 1 }, 0, { ...air, isDark: false }));
  const asphalt = lit(air.isWet ? 0x474d55 : 0x5f656c);
  const plots = lit(urbanity > 0.55 ? 0xaaa79c : 0x86a864);
  const pavement = lit(air.isWet ? 0x9a9892 : 0xbdb8ab);
  const [curbstone, patch, white, yellow] = [0xd9d5ca, 0x555b62, 0xf3f1ea, 0xe8b93c].map(lit);
  const veil = paintVeil(size, air);

  return (context, scene) => {
    const {
      camera,
      road: { section },
      blocks,
    } = scene;
    const fill = (style: string, draw: (sketch: Sketch) => void): void => {
      const sketch = new Sketch(camera, WORLD);
      draw(sketch);
      context.fillStyle = style;
      for (const shape of sketch.figure().shapes) {
        trace(context, shape);
        context.fill();
      }
    };
    const band = (style: string, from: number, to: number): void =>
      fill(style, (sketch) => strip(sketch, scene, from, to));
    const crossingStreets = (style: string, half: number): void =>
      fill(style, (sketch) => {
        for (const {
          crossing: { start, end },
        } of blocks)
          acrossStreet(sketch, scene, (start + end) / 2, half);
      });
    context.fillStyle = plots;
    context.fillRect(0, camera.horizonY, camera.width, camera.height);
    band(pavement, -section.plotEdge, section.plotEdge);
    crossingStreets(pavement, CROSSING_HALF + 3);
    band(curbstone, -section.curb - 0.22, section.curb + 0.22);
    band(asphalt, -section.curb, section.curb);
    crossingStreets(asphalt, CROSSING_HALF);
    fill(patch, (sketch) => blocks.forEach((block) => patches(sketch, scene, block)));
    fill(white, (sketch) => blocks.forEach((block) => whiteMarks(sketch, scene, block)));
    fill(yellow, (sketch) => blocks.forEach((block) => centreLines(sketch, scene, block)));
    drawShadows(context, scene, air);
    context.drawImage(veil, 0, camera.horizonY);
  };
}

/** The air in front of a level road, row by row below the horizon; on a wet road also the reflected sky. */
function paintVeil({ width, height }: Size, { haze, hazeMetres, isWet }: Atmosphere): Canvas {
  const { focal, eyeHeight } = LENS;
  const rows = Math.ceil(0.6 * height);
  const veil = createCanvas(width, rows);
  const context = veil.getContext('2d');
  const gradient = context.createLinearGradient(0, 0, 0, rows);
  for (const metres of [1000, 300, 160, 100, 60, 40, 25, 16, 10, 7, 5]) {
    const row = (focal * width * eyeHeight) / metres / rows;
    if (row > 1) continue;
    const air = 1 - Math.exp(-metres / hazeMetres);
    gradient.addColorStop(row, cssAlpha(haze, isWet ? 1 - (1 - air) * (1 - 0.45 * Math.exp(-12 / metres)) : air));
  }
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, rows);
  return veil;
}

const ANY = { color: 0, shade: 1 } as const;

function at({ road: { bend, rise } }: Scene, s: number, d: number): Point {
  return [s, bend.at(s) + d, rise.at(s)];
}

/** A band along the road from the camera to the horizon, between two offsets. */
function strip(sketch: Sketch, scene: Scene, d1: number, d2: number): void {
  const start = scene.camera.z - 6;
  const distances = Array.from({ length: 34 }, (_, i) => start + (FAR + 6) * (i / 33) ** 2.1);
  sketch.polygon(
    [...distances.map((s) => at(scene, s, d1)), ...distances.toReversed().map((s) => at(scene, s, d2))],
    ANY,
  );
}

function acrossStreet(sketch: Sketch, scene: Scene, middle: number, half: number): void {
  const [, x, y] = at(scene, middle, 0);
  sketch.polygon(
    [
      [middle - half, x - 90, y],
      [middle + half, x - 90, y],
      [middle + half, x + 90, y],
      [middle - half, x + 90, y],
    ],
    ANY,
  );
}

function patches(sketch: Sketch, scene: Scene, block: Block): void {
  const corners = block.patches.flatMap(({ s, d, half, long }) =>
    rectangle(scene, s - long, s + long, d - half, d + half),
  );
  sketch.quads(corners, ANY);
}

function whiteMarks(sketch: Sketch, scene: Scene, { start, crossing }: Block): void {
  const {
    road: { section },
    camera,
  } = scene;
  const corners: Point[] = [];
  const [from, to] = [start + STOP_LINE_GAP, crossing.start - STOP_LINE_GAP];
  for (const side of [-1, 1] as const) {
    if (section.lanesPerSide === 2) {
      for (let s = from + 1; s < to - DASH; s += DASH_PERIOD)
        corners.push(
          ...rectangle(scene, s, s + DASH, side * section.laneWidth - 0.07, side * section.laneWidth + 0.07),
        );
    }
    for (let s = from; s < to; s += 6)
      corners.push(
        ...rectangle(
          scene,
          s,
          Math.min(s + 6, to),
          side * section.laneEdge + side * 0.42,
          side * section.laneEdge + side * 0.52,
        ),
      );
    for (let s = start + 11; s < crossing.start - 13; s += 6.2)
      corners.push(...rectangle(scene, s, s + 0.1, side * (section.laneEdge + 0.5), side * section.curb));
  }
  corners.push(
    ...rectangle(
      scene,
      crossing.start - STOP_LINE_GAP - 0.3,
      crossing.start - STOP_LINE_GAP + 0.2,
      0.25,
      section.laneEdge,
    ),
  );
  corners.push(
    ...rectangle(
      scene,
      crossing.end + STOP_LINE_GAP - 0.2,
      crossing.end + STOP_LINE_GAP + 0.3,
      -section.laneEdge,
      -0.25,
    ),
  );
  if (crossing.start - camera.z < 110) {
    for (const walk of [crossing.start - CROSSWALK_GAP - CROSSWALK_WIDTH, crossing.end + CROSSWALK_GAP]) {
      for (let d = -section.curb + 0.5; d < section.curb - 0.5; d += 1.15)
        corners.push(...rectangle(scene, walk, walk + CROSSWALK_WIDTH, d, d + 0.55));
    }
  }
  sketch.quads(corners, ANY);
}

function centreLines(sketch: Sketch, scene: Scene, { start, crossing }: Block): void {
  const [from, to] = [start + STOP_LINE_GAP, crossing.start - STOP_LINE_GAP];
  const corners: Point[] = [];
  for (let s = from; s < to; s += 6) {
    for (const d of [-0.12, 0.12]) corners.push(...rectangle(scene, s, Math.min(s + 6, to), d - 0.05, d + 0.05));
  }
  sketch.quads(corners, ANY);
}

/** On the road; the part behind the camera is cut off. */
function rectangle(scene: Scene, from: number, to: number, d1: number, d2: number): Point[] {
  const near = scene.camera.z + 1.2;
  if (to < near || from > near + FAR) return [];
  const start = Math.max(from, near);
  return [at(scene, start, d1), at(scene, to, d1), at(scene, to, d2), at(scene, start, d2)];
}

/** Soft-edged shadows: a wide faint one and a narrow darker one, each drawn in one piece so that they do not add up. */
function drawShadows(
  context: SKRSContext2D,
  { camera, shadows, conditions: { sunSide, weather, time } }: Scene,
  { shadow }: Atmosphere,
): void {
  const slant = weather === 'clear' && time !== 'night' ? -sunSide * 0.35 : 0;
  for (const [grow, strength] of [
    [0.32, 0.4],
    [0.12, 0.45],
    [-0.08, 0.5],
  ] as const) {
    context.fillStyle = cssAlpha(0x0c1220, shadow * strength);
    context.beginPath();
    for (const { halfLength, halfWidth, ...pose } of shadows) {
      const sketch = new Sketch(camera, { ...pose, x: pose.x + slant * halfWidth });
      const margin = grow * Math.min(1, halfWidth / 0.9);
      const [long, wide] = [halfLength + margin, halfWidth + margin];
      const cut = 0.3 * Math.min(long, wide);
      sketch.polygon(
        [
          [-long, -wide + cut, 0],
          [-long, wide - cut, 0],
          [-long + cut, wide, 0],
          [long - cut, wide, 0],
          [long, wide - cut, 0],
          [long, -wide + cut, 0],
          [long - cut, -wide, 0],
          [-long + cut, -wide, 0],
        ],
        ANY,
      );
      for (const shape of sketch.figure().shapes) trace(context, shape, 0, false);
    }
    context.fill();
  }
}
