import { createCanvas } from '@napi-rs/canvas';
import { annotate, type Annotation } from '../../../synth/annotate.js';
import { createPainter } from '../../../synth/draw/painter.js';
import { createDrive } from '../../../synth/drive.js';
import { drawStamp } from './stamp.js';

type View = { readonly width: number; readonly height: number; readonly fps: number };

/** A pan over a texture, to give the decoder work, with each picture's number in it. One byte per pixel. */
export function* numberedPictures({ width, height }: View, count: number): Generator<Uint8Array> {
  const wide = width * 2;
  const texture = new Uint8Array(wide * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < wide; x++)
      texture[y * wide + x] =
        110 + 50 * Math.sin(x / 23 + 2 * Math.sin(y / 17)) + 12 * (((x >> 2) * 31 + (y >> 2) * 17) % 3);
  }
  for (let index = 0; index < count; index++) {
    const luma = new Uint8Array(width * height);
    const shift = (index * 3) % width;
    for (let y = 0; y < height; y++) luma.set(texture.subarray(y * wide + shift, y * wide + shift + width), y * width);
    drawStamp(luma, width, index);
    yield luma;
  }
}

/** A drive through the synthetic world, as RGBA. It has no numbers, because a detector processes it. */
export function* worldPictures(view: View, seed: number, count: number): Generator<Uint8Array> {
  const drive = createDrive({ ...view, seed });
  const canvas = createCanvas(view.width, view.height);
  const context = canvas.getContext('2d');
  let scene = drive.step();
  const paint = createPainter(scene);
  for (let index = 0; index < count; index++) {
    paint(context, scene);
    // The canvas draws on into the memory that it shows.
    yield Uint8Array.from(canvas.data());
    scene = drive.step();
  }
}

/** The visible objects in each picture of {@link worldPictures}. */
export function worldTruth(view: View, seed: number, count: number): Annotation[][] {
  const drive = createDrive({ ...view, seed });
  return Array.from({ length: count }, () => annotate(drive.step()));
}
