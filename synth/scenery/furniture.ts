import type { Camera, Pose } from '../camera.js';
import type { Color, Figure } from '../figure.js';
import { Sketch } from '../sketch.js';

const STEEL: Color = 0x6b757d;
const DARK_STEEL: Color = 0x3f484f;

/** A street lamp whose arm reaches over the road. @param side -1 left of the road, 1 right of it */
export function drawStreetLamp(camera: Camera, pose: Pose, side: -1 | 1, lit: boolean): Figure {
  const sketch = new Sketch(camera, pose);
  const reach = -side * 2.1;
  sketch.stroke(
    [
      [0, 0, 0],
      [0, 0, 6.6],
      [0, reach * 0.35, 7.15],
      [0, reach, 7.25],
    ],
    0.13,
    { color: STEEL, shade: 0.9 },
  );
  sketch.stroke(
    [
      [0, reach * 0.75, 7.25],
      [0, reach * 1.1, 7.22],
    ],
    0.22,
    { color: lit ? 0xffe9b8 : STEEL, shade: 1, glows: lit },
  );
  if (lit) sketch.glow([0, reach, 7.1], 1.9, 0xffd591, 0.6);
  return sketch.figure();
}

/**
 * The mast that carries signal heads over the lanes. @param reach metres from its foot to the far end, negative to the
 * left
 */
export function drawSignalMast(camera: Camera, pose: Pose, reach: number): Figure {
  const sketch = new Sketch(camera, pose);
  sketch.stroke(
    [
      [0, 0, 0],
      [0, 0, 6.5],
    ],
    0.2,
    { color: DARK_STEEL, shade: 1 },
  );
  sketch.stroke(
    [
      [0, 0, 6.1],
      [0, reach, 6.35],
    ],
    0.14,
    { color: DARK_STEEL, shade: 1 },
  );
  return sketch.figure(undefined, sketch.depth + 0.3);
}

/** A sign's or signal's post. */
export function drawPost(camera: Camera, pose: Pose, height: number): Figure {
  const sketch = new Sketch(camera, pose);
  sketch.stroke(
    [
      [0, 0, 0],
      [0, 0, height],
    ],
    0.09,
    { color: STEEL, shade: 0.9 },
  );
  return sketch.figure(undefined, sketch.depth + 0.2);
}
