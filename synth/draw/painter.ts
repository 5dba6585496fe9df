import type { SKRSContext2D } from '@napi-rs/canvas';
import type { Size } from '../../src/core/size.js';
import type { Scene } from '../scene.js';
import { atmosphereOf } from '../atmosphere.js';
import { drawFigures } from './figures.js';
import { createGround } from './ground.js';
import { createLens } from './lens.js';
import { createLights } from './lights.js';
import { createSky } from './sky.js';

/** Draws scenes of one drive. */
export type Painter = (context: SKRSContext2D, scene: Scene) => void;

/**
 * Prepares the constant parts of a drive: sky, gradients, lamps' glow, noise.
 * @param scene any of the drive's
 */
export function createPainter({ seed, conditions, camera }: Scene): Painter {
  const size: Size = { width: camera.width, height: camera.height };
  const air = atmosphereOf(conditions);
  const drawSky = createSky(seed, size, conditions, air);
  const drawGround = createGround(size, air, conditions.urbanity);
  const lights = createLights(air);
  const drawLens = createLens(seed, size, air);
  return (context, scene) => {
    drawSky(context, scene.camera);
    drawGround(context, scene);
    lights.beam(context, scene);
    drawFigures(context, size, scene.figures, air, (figure) => lights.glow(context, figure));
    drawLens(context, scene);
  };
}
