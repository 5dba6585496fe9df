import { createCanvas, type Canvas } from '@napi-rs/canvas';
import { createHash } from 'node:crypto';
import { createPainter } from '../../synth/draw/painter.js';
import { createDrive, type DriveOptions } from '../../synth/drive.js';
import type { Scene } from '../../synth/scene.js';

export const SMALL = { width: 480, height: 300, fps: 30 } as const;

/** The first scenes of a drive. */
export function scenesOf(options: Partial<DriveOptions> & { readonly seed: number }, frames: number): Scene[] {
  const drive = createDrive({ ...SMALL, ...options });
  return Array.from({ length: frames }, () => drive.step());
}

export function render(scene: Scene): Canvas {
  const canvas = createCanvas(scene.camera.width, scene.camera.height);
  createPainter(scene)(canvas.getContext('2d'), scene);
  return canvas;
}

export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
