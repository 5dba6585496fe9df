import { createCanvas, type Canvas } from '@napi-rs/canvas';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OutputError, UsageError } from '../src/core/errors.js';
import type { Size } from '../src/core/size.js';
import { makeFolder } from '../src/files/make-folder.js';
import { writeFileAtomic } from '../src/files/atomic-write.js';
import { annotate, type Annotation } from './annotate.js';
import { argoverseJson, frameName, sequenceName, type AnnotatedSequence } from './dataset.js';
import { createPainter } from './draw/painter.js';
import { createDrive } from './drive.js';

export type DatasetOptions = {
  readonly out: string;
  /** The first drive's; the others count up from it. */
  readonly seed: number;
  readonly sequences: number;
  /** Of each drive. */
  readonly frames: number;
  readonly size: Size;
  readonly fps: number;
  /** Keep the first of every this many frames: more variety in the same number of pictures, for training. */
  readonly every?: number;
  /** Pictures as separate files. */
  readonly pictures?: 'jpg' | 'png';
  /** Opens the video of a drive, whose width and height are even. */
  readonly openVideo?: (path: string, size: Size, fps: number) => VideoOutput;
  /** Ends the work after the current frame; the result is then a complete, smaller data set. */
  readonly signal: AbortSignal;
  readonly onFrame: (done: number) => void;
};

/** A video that receives pictures in order. */
export type VideoOutput = {
  /** @param rgba the picture, 4 bytes a pixel; must not change before this resolves */
  write(rgba: Uint8Array): Promise<void>;
  /** Completes the file. */
  end(): Promise<void>;
  /** Leaves the file as it is; no process remains once it resolves. */
  abandon(): Promise<void>;
};

export type DatasetSummary = {
  readonly annotations: string;
  readonly sequences: number;
  readonly frames: number;
  readonly objects: number;
};

const JPEG_QUALITY = 93;

/**
 * Draws drives and writes `annotations.json`, `frames/NAME/000000.jpg`…, `videos/NAME.mp4`.
 *
 * @throws UsageError if the folder already holds a data set, or if the options contradict each other
 * @throws OutputError if a file cannot be written
 */
export async function writeDataset(options: DatasetOptions): Promise<DatasetSummary> {
  const { out, seed, sequences, size, pictures, openVideo, signal } = options;
  const path = join(out, 'annotations.json');
  if (existsSync(path))
    throw new UsageError(`${out} holds a data set already (annotations.json); name another folder, or remove that one`);
  if (openVideo !== undefined && (size.width % 2 !== 0 || size.height % 2 !== 0)) {
    throw new UsageError(`a video needs an even width and height, but the size is ${size.width}x${size.height}`);
  }
  try {
    if (openVideo !== undefined) makeFolder(join(out, 'videos'));
    makeFolder(out);
    const written: AnnotatedSequence[] = [];
    for (let i = 0; i < sequences && !signal.aborted; i++)
      written.push(await writeSequence(options, seed + i, i * options.frames));
    await writeFileAtomic(path, JSON.stringify(argoverseJson(written, size, keptFps(options), pictures ?? 'jpg')));
    const frames = written.flatMap((sequence) => sequence.frames);
    return {
      annotations: path,
      sequences: written.length,
      frames: frames.length,
      objects: frames.reduce((sum, objects) => sum + objects.length, 0),
    };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
    throw new OutputError(`cannot write the data set: ${(cause as Error).message}`, { cause });
  }
}

function keptFps({ fps, every = 1 }: DatasetOptions): number {
  return fps / every;
}

async function writeSequence(options: DatasetOptions, seed: number, before: number): Promise<AnnotatedSequence> {
  const { out, frames, size, fps, every = 1, pictures, openVideo, signal, onFrame } = options;
  const name = sequenceName(seed);
  const folder = join(out, 'frames', name);
  if (pictures !== undefined) makeFolder(folder);
  const drive = createDrive({ ...size, seed, fps });
  const video = openVideo?.(join(out, 'videos', `${name}.mp4`), size, keptFps(options));
  // While one picture is being written, the next is drawn on the other canvas.
  const canvases = [createCanvas(size.width, size.height), createCanvas(size.width, size.height)];
  const save = async (canvas: Canvas, index: number): Promise<void> => {
    if (pictures !== undefined)
      await writeFile(join(folder, frameName(index, pictures)), await encode(canvas, pictures));
    await video?.write(canvas.data());
  };
  const annotated: (readonly Annotation[])[] = [];
  let saving = Promise.resolve();
  try {
    let paint: ReturnType<typeof createPainter> | undefined;
    for (let index = 0; index < frames && !signal.aborted; index++) {
      for (let passed = 1; passed < every && index > 0; passed++) drive.step();
      const scene = drive.step();
      paint ??= createPainter(scene);
      const canvas = canvases[index % 2];
      paint(canvas.getContext('2d'), scene);
      annotated.push(annotate(scene));
      await saving;
      onFrame(before + index);
      saving = save(canvas, index);
      // Until it is awaited, a failure must not count as unhandled.
      saving.catch(() => undefined);
    }
    await saving;
    await video?.end();
    onFrame(before + annotated.length);
  } catch (error) {
    await video?.abandon();
    throw error;
  }
  return { seed, conditions: drive.conditions, frames: annotated };
}

function encode(canvas: Canvas, format: 'jpg' | 'png'): Promise<Buffer> {
  return format === 'jpg' ? canvas.encode('jpeg', JPEG_QUALITY) : canvas.encode('png');
}
