import { createCanvas } from '@napi-rs/canvas';
import { parentPort, workerData } from 'node:worker_threads';
import { annotate } from '../annotate.js';
import { createPainter, type Painter } from '../draw/painter.js';
import { createDrive } from '../drive.js';
import type { Scene } from '../scene.js';
import type { DriveStart, FromDrive, ToDrive } from './drive-messages.js';
import { createLetterboxer } from './letterboxed.js';

const { seed, fps, size, input, jpegQuality, keptFrames } = workerData as DriveStart;
const port = parentPort!;
const send = (message: FromDrive, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

const drive = createDrive({ ...size, seed, fps });
const letterboxed = createLetterboxer(size, input);
/** While one picture is being encoded, the next is drawn on the other canvas. */
const canvases = [0, 1].map(() => ({ canvas: createCanvas(size.width, size.height), encoded: Promise.resolve() }));
const passedOver = new Map<number, Scene>();
let next = 0;
let paint: Painter | undefined;

function step(): Scene {
  const scene = drive.step();
  send({ type: 'truth', index: next, objects: annotate(scene) });
  passedOver.delete(next - keptFrames);
  next++;
  return scene;
}

function sceneOf(index: number): Scene | undefined {
  while (next < index) passedOver.set(next, step());
  return next === index ? step() : passedOver.get(index);
}

async function draw(index: number, image: ArrayBuffer): Promise<void> {
  const isNew = index >= next;
  const scene = sceneOf(index);
  if (scene === undefined)
    throw new RangeError(
      `frame ${index} of the drive is no longer kept: ${next} were drawn, and the last ${keptFrames} are kept`,
    );
  paint ??= createPainter(scene);
  const sheet = canvases[index % 2];
  await sheet.encoded;
  paint(sheet.canvas.getContext('2d'), scene);
  letterboxed(sheet.canvas, new Uint8Array(image));
  send({ type: 'drawn', index, image }, [image]);
  if (isNew && jpegQuality !== undefined) sheet.encoded = encode(sheet.canvas, index, jpegQuality).catch(fail);
}

async function encode(canvas: (typeof canvases)[number]['canvas'], index: number, quality: number): Promise<void> {
  const bytes = await canvas.encode('jpeg', quality);
  send({ type: 'jpeg', index, bytes });
}

function fail(error: unknown): void {
  send({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
}

let last = Promise.resolve();
port.on('message', (message: ToDrive) => {
  if (message.type === 'close') last = last.then(() => port.close());
  else last = last.then(() => draw(message.index, message.image)).catch(fail);
});
