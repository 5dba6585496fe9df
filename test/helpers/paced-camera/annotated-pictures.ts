import { execFileSync, spawn } from 'node:child_process';
import { letterbox } from '../../../src/core/fit.js';
import type { Size } from '../../../src/core/size.js';
import { presentationTimes } from '../clips.js';
import { stampOf } from './stamp.js';
import { BOX, BOX_PLACES, STAMP_INPUT } from './stamp-model.js';

/**
 * The facts that can be read from a picture of an annotated video of numbered pictures, with boxes of the stamp model.
 */
export type AnnotatedPicture = {
  readonly ptsUs: number;
  /** Its own number; undefined if that is damaged. */
  readonly number: number | undefined;
  /** Number, modulo `BOX_PLACES`, of the picture in which its box was found; undefined without a box. */
  readonly boxNumber: number | undefined;
  /** True if the box claims to be of this picture: its lines are solid. */
  readonly isOwn: boolean;
};

/** Of amber, red exceeds blue by 255, and by 153 where it is dimmed; of the pictures, which are grey, by nothing. */
const COLOURED = 77;
/** Drawn share of a line's length; a dashed line has about 0.6. */
const SOLID = 0.85;

/** Reads every picture of a video. */
export async function annotatedPictures(path: string): Promise<AnnotatedPicture[]> {
  const times = presentationTimes(path);
  const size = sizeOf(path);
  const pictures: AnnotatedPicture[] = [];
  const child = spawn(
    'ffmpeg',
    [
      '-nostdin',
      '-v',
      'error',
      '-i',
      path,
      '-vsync',
      '0',
      '-enc_time_base',
      '1:1000000',
      '-pix_fmt',
      'rgb24',
      '-f',
      'rawvideo',
      'pipe:1',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const pixels = Buffer.alloc(size.width * size.height * 3);
  let filled = 0;
  for await (const piece of child.stdout as AsyncIterable<Buffer>) {
    for (let at = 0; at < piece.length;) {
      const copied = piece.copy(pixels, filled, at);
      at += copied;
      filled += copied;
      if (filled < pixels.length) continue;
      filled = 0;
      pictures.push({ ptsUs: Math.round(times[pictures.length] * 1e6), ...readPicture(pixels, size) });
    }
  }
  return pictures;
}

function sizeOf(path: string): Size {
  const [width, height] = execFileSync(
    'ffprobe',
    ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', path],
    { encoding: 'utf8' },
  )
    .split(',')
    .map(Number);
  return { width, height };
}

function readPicture(rgb: Uint8Array, { width, height }: Size): Omit<AnnotatedPicture, 'ptsUs'> {
  const grey = Uint8Array.from({ length: width * height }, (_, i) => rgb[i * 3]);
  const number = stampOf(
    { image: grey, size: { width, height }, fit: letterbox({ width, height }, { width, height }) },
    width,
  );
  const scale = width / STAMP_INPUT.width;
  const rows = Array.from({ length: (BOX.height - 8) * scale }, (_, i) => Math.round((BOX.y + 4) * scale) + i);
  for (let x = 0; x < width; x++) {
    const coloured =
      rows.filter((y) => rgb[(y * width + x) * 3] - rgb[(y * width + x) * 3 + 2] > COLOURED).length / rows.length;
    if (coloured > 0.4)
      return { number, boxNumber: Math.round(x / (BOX.stepX * scale)) % BOX_PLACES, isOwn: coloured > SOLID };
  }
  return { number, boxNumber: undefined, isOwn: false };
}
