import { ahead, NEAR, sideways, type Camera, type Pose } from './camera.js';
import type { Color, Figure, Glow, Identity, Paint, Shape } from './figure.js';

/** Forward, right and up of an object's own middle on the ground, metres. */
export type Point = readonly [u: number, v: number, h: number];

/** Draws one object: takes points in the object's own frame, and keeps shapes in pixels. */
export class Sketch {
  readonly #camera: Camera;
  readonly #x: number;
  readonly #z: number;
  readonly #y: number;
  readonly #sin: number;
  readonly #cos: number;
  readonly #shapes: Shape[] = [];
  readonly #glows: Glow[] = [];
  /** The camera's position in the object's frame: it decides which faces are visible. */
  readonly eye: { readonly u: number; readonly v: number; readonly h: number };
  /** Metres from the camera to the object's middle, along the camera's axis. */
  readonly depth: number;
  /** Pixels to a metre at the object's middle. */
  readonly scale: number;

  constructor(camera: Camera, pose: Pose) {
    this.#camera = camera;
    this.#x = sideways(camera, pose.x, pose.z);
    this.#z = ahead(camera, pose.x, pose.z);
    this.#y = camera.y - pose.y;
    this.#sin = Math.sin(pose.heading - camera.heading);
    this.#cos = Math.cos(pose.heading - camera.heading);
    this.eye = {
      u: -this.#x * this.#sin - this.#z * this.#cos,
      v: -this.#x * this.#cos + this.#z * this.#sin,
      h: this.#y,
    };
    this.depth = this.#z;
    this.scale = camera.focal / Math.max(NEAR, this.#z);
  }

  /** A flat polygon; the part behind the camera is cut off. */
  polygon(points: readonly Point[], paint: Paint, isDetail = false): void {
    const flat = this.#project(points);
    if (flat.length >= 6) this.#shapes.push({ kind: 'polygon', points: flat, paint, isDetail });
  }

  /** Many quadrilaterals of one colour. Those that reach behind the camera are omitted. */
  quads(corners: readonly Point[], paint: Paint): void {
    const points: number[] = [];
    for (let i = 0; i < corners.length; i += 4) {
      const quad = this.#project(corners.slice(i, i + 4));
      if (quad.length === 8) points.push(...quad);
    }
    if (points.length > 0) this.#shapes.push({ kind: 'quads', points, paint, isDetail: true });
  }

  /** A line of a thickness in metres. */
  stroke(points: readonly Point[], thickness: number, paint: Paint, isDetail = false): void {
    if (points.some((point) => this.#depthOf(point) < NEAR)) return;
    this.#shapes.push({
      kind: 'stroke',
      points: this.#project(points),
      width: Math.max(0.7, thickness * this.scale),
      paint,
      isDetail,
    });
  }

  /** Balls: middle and radius in metres each. */
  balls(balls: readonly (readonly [middle: Point, radius: number])[], paint: Paint, isDetail = false): void {
    const circles: number[] = [];
    for (const [middle, radius] of balls) {
      const z = this.#depthOf(middle);
      if (z < NEAR) continue;
      const [x, y] = this.#project([middle]);
      circles.push(x, y, (radius * this.#camera.focal) / z);
    }
    if (circles.length > 0) this.#shapes.push({ kind: 'discs', circles, paint, isDetail });
  }

  /** A lamp's light; `radius` in metres, at least a few pixels, so that distant lamps are visible. */
  glow(at: Point, radius: number, color: Color, strength: number): void {
    const z = this.#depthOf(at);
    if (z < NEAR) return;
    const { focal, horizonY, width } = this.#camera;
    const [x, y] = this.#project([at]);
    const mirrorY = horizonY + (focal * (this.#y + at[2])) / z;
    this.#glows.push({ x, y, radius: Math.max(width / 240, (radius * focal) / z), color, strength, mirrorY });
  }

  /** @param depth its place in the order of drawing, if that is not its middle */
  figure(identity?: Identity, depth = this.depth): Figure {
    return { depth, shapes: this.#shapes, glows: this.#glows, ...(identity && { identity }) };
  }

  #depthOf([u, v]: Point): number {
    return this.#z + u * this.#cos - v * this.#sin;
  }

  #project(points: readonly Point[]): number[] {
    const flat: number[] = [];
    const last = points[points.length - 1];
    let before: Point | undefined = last;
    let beforeZ = this.#depthOf(last);
    for (const point of points) {
      const z = this.#depthOf(point);
      if (z < NEAR !== beforeZ < NEAR) {
        const share = (NEAR - beforeZ) / (z - beforeZ);
        this.#push(
          flat,
          before[0] + share * (point[0] - before[0]),
          before[1] + share * (point[1] - before[1]),
          before[2] + share * (point[2] - before[2]),
          NEAR,
        );
      }
      if (z >= NEAR) this.#push(flat, point[0], point[1], point[2], z);
      before = point;
      beforeZ = z;
    }
    return flat;
  }

  #push(flat: number[], u: number, v: number, h: number, z: number): void {
    const { width, focal, horizonY } = this.#camera;
    flat.push(
      width / 2 + (focal * (this.#x + v * this.#cos + u * this.#sin)) / z,
      horizonY + (focal * (this.#y - h)) / z,
    );
  }
}
