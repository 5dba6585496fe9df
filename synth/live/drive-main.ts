import { createCanvas, type Canvas } from '@napi-rs/canvas';
import { parentPort, workerData } from 'node:worker_threads';
import { annotate } from '../annotate.js';
import { createPainter, type Painter } from '../draw/painter.js';
import { createDrive } from '../drive.js';
import type { Scene } from '../scene.js';
import type { DrawMessage, DriveStart, FromDrive, ToDrive } from './drive-messages.js';
import { createLetterboxer } from './letterboxed.js';

const { seed, fps, size, input, jpegQuality, remembered = 0 } = workerData as DriveStart;
const port = parentPort!;
const send = (message: FromDrive, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

const drive = createDrive({ ...size, seed, fps });
const letterboxed = createLetterboxer(size, input);
const AGAIN_QUALITY = 90;
type Sheet = { readonly canvas: Canvas; encoded: Promise<void> };
/** By scale. While one picture is being encoded, the next is drawn on the other canvas. */
const sheets = new Map<number, readonly Sheet[]>();
const passedOver = new Map<number, Scene>();
/** The newest frames, drawn or not. */
const recent = new Map<number, Scene>();
let next = 0;
let paint: Painter | undefined;

function step(): Scene {
  const scene = drive.step();
  send({ type: 'truth', index: next, objects: annotate(scene) });
  if (remembered > 0) recent.set(next, scene);
  recent.delete(next - remembered);
  next++;
  return scene;
}

function sheetOf(index: number, scale: number): Sheet {
  let pair = sheets.get(scale);
  if (pair === undefined) {
    const [width, height] = [Math.round(size.width * scale), Math.round(size.height * scale)];
    pair = [0, 1].map(() => {
      const canvas = createCanvas(width, height);
      canvas.getContext('2d').scale(width / size.width, height / size.height);
      return { canvas, encoded: Promise.resolve() };
    });
    sheets.set(scale, pair);
  }
  return pair[index % 2];
}

function sceneOf(index: number): Scene | undefined {
  while (next < index) passedOver.set(next, step());
  return next === index ? step() : passedOver.get(index);
}

async function draw({ index, image, keepFrom, detail: { scale, withJpeg } }: DrawMessage): Promise<void> {
  for (const kept of passedOver.keys()) {
    if (kept >= keepFrom) break;
    passedOver.delete(kept);
  }
  const isNew = index >= next;
  const scene = sceneOf(index);
  if (scene === undefined) throw new RangeError(`frame ${index} of the drive is no longer kept; ${next} were drawn`);
  paint ??= createPainter(scene);
  const sheet = sheetOf(index, scale);
  await sheet.encoded;
  paint(sheet.canvas.getContext('2d'), scene);
  letterboxed(sheet.canvas, new Uint8Array(image));
  send({ type: 'drawn', index, image }, [image]);
  if (isNew && withJpeg && jpegQuality !== undefined)
    sheet.encoded = encode(sheet.canvas, index, jpegQuality).catch(fail);
}

async function encode(canvas: Canvas, index: number, quality: number): Promise<void> {
  const bytes = await canvas.encode('jpeg', quality);
  send({ type: 'jpeg', index, bytes });
}

/** Draws a frame once more, for people. */
async function again(index: number): Promise<void> {
  const scene = recent.get(index);
  if (scene === undefined) {
    send({ type: 'again', bytes: undefined });
    return;
  }
  const canvas = createCanvas(size.width, size.height);
  paint ??= createPainter(scene);
  paint(canvas.getContext('2d'), scene);
  send({ type: 'again', bytes: await canvas.encode('jpeg', AGAIN_QUALITY) });
}

function fail(error: unknown): void {
  send({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
}

let last = Promise.resolve();
port.on('message', (message: ToDrive) => {
  if (message.type === 'close') {
    last = last.then(() => port.close());
    return;
  }
  last = last.then(() => (message.type === 'again' ? again(message.index) : draw(message))).catch(fail);
});
