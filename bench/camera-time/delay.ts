import { setTimeout as sleep } from 'node:timers/promises';
import type { Ffmpeg } from '../../src/streaming/ffmpeg/binary.js';
import { UNIT_CODECS } from '../../src/core/coded-unit.js';
import { decodeMs } from '../../test/helpers/paced-camera/loop.js';
import { PacedCamera } from '../../test/helpers/paced-camera/index.js';
import { median, printTable, quantile } from '../table.js';
import { readers, type Reader, type SeenFrame } from './readers.js';

const RATES = [5, 15, 30] as const;
/** A reader that collects a backlog while it opens needs this long to catch up. */
const WARM_UP_MS = 4_000;
const PATIENCE_MS = 15_000;

/** Time from the drawing of a picture to its frame, for each way of reading. */
export async function delay(ffmpeg: Ffmpeg, frames: number): Promise<void> {
  const ways = readers(ffmpeg);
  for (const { absent } of ways) if (absent !== undefined) console.log(`left out: ${absent}`);
  const present = ways.filter(({ absent }) => absent === undefined);
  const rows: string[][] = [];
  for (const codec of UNIT_CODECS) {
    for (const fps of RATES) {
      const camera = await PacedCamera.start({ codec, fps, gop: fps });
      const cells: string[] = [];
      const cpuBefore = await camera.facts();
      for (const way of present) {
        const delays = await delaysOf(way, camera, frames);
        cells.push(
          delays.length === 0 ? 'no frame' : `${median(delays).toFixed(1)} (${quantile(delays, 0.99).toFixed(0)})`,
        );
        console.error(`${codec} ${fps} fps, ${way.name}: ${cells.at(-1)} ms`);
      }
      const cpu = await camera.facts();
      await camera.kill();
      const share = (cpu.cpuMs - cpuBefore.cpuMs) / (cpu.upMs - cpuBefore.upMs);
      rows.push([
        `${codec}, ${fps} fps`,
        ...cells,
        (await decodeMs(camera.options)).toFixed(1),
        `${(share * 100).toFixed(1)} %`,
      ]);
    }
  }
  console.log(
    `From drawing to frame ready, median (and p99) of ${frames} frames, ms; the pictures are encoded beforehand, 640x360`,
  );
  printTable(['stream', ...present.map(({ name }) => name), 'decoder alone', "camera's CPU"], rows);
}

/** Delays of successive frames in ms, after the reader has caught up. */
async function delaysOf(way: Reader, camera: PacedCamera, count: number): Promise<number[]> {
  const seen: SeenFrame[] = [];
  let firstAtMs: number | undefined;
  let enough: () => void = () => undefined;
  const isEnough = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const reading = way.read(camera.url, (frame) => {
    firstAtMs ??= frame.readyAtMs;
    if (frame.readyAtMs >= firstAtMs + WARM_UP_MS) seen.push(frame);
    if (seen.length >= count) enough();
  });
  const limit = new AbortController();
  await Promise.race([
    isEnough,
    sleep(WARM_UP_MS + PATIENCE_MS + (count / camera.options.fps) * 1000, undefined, { signal: limit.signal }),
  ]);
  limit.abort();
  await reading.stop();
  await camera.facts();
  return seen.slice(0, count).flatMap(({ index, readyAtMs }) => {
    const drawing = index === undefined ? undefined : camera.drawing(index, readyAtMs);
    return drawing === undefined ? [] : readyAtMs - drawing.drawnAtMs;
  });
}
