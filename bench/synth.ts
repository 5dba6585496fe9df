import { createCanvas } from '@napi-rs/canvas';
import { annotate } from '../synth/annotate.js';
import { TIMES_OF_DAY, WEATHERS } from '../synth/conditions.js';
import { createPainter } from '../synth/draw/painter.js';
import { createDrive } from '../synth/drive.js';
import { machine, median, printTable } from './table.js';

const FRAMES = 60;
const SIZE = { width: 960, height: 600 } as const;

/** Prints how fast the synthetic drive is simulated, drawn (its pixels read) and annotated, on one thread. */
export async function run(): Promise<void> {
  console.log(`Synthetic drive, ${SIZE.width}x${SIZE.height}, ms a frame (median of ${FRAMES}), ${machine()}\n`);
  const canvas = createCanvas(SIZE.width, SIZE.height);
  const context = canvas.getContext('2d');
  const rows = TIMES_OF_DAY.map((time, i) => {
    const weather = WEATHERS[i % WEATHERS.length];
    const drive = createDrive({ ...SIZE, seed: i, fps: 30, conditions: { time, weather } });
    const paint = createPainter(drive.step());
    const [steps, draws, notes]: [number[], number[], number[]] = [[], [], []];
    for (let frame = 0; frame < FRAMES; frame++) {
      const t0 = performance.now();
      const scene = drive.step();
      const t1 = performance.now();
      paint(context, scene);
      canvas.data();
      const t2 = performance.now();
      annotate(scene);
      steps.push(t1 - t0);
      draws.push(t2 - t1);
      notes.push(performance.now() - t2);
    }
    const [step, draw, note] = [steps, draws, notes].map(median);
    return [
      `${time}, ${weather}`,
      ...[step, draw, note].map((ms) => ms.toFixed(1)),
      (1000 / (step + draw + note)).toFixed(0),
    ];
  });
  printTable(['drive', 'step', 'draw', 'annotate', 'frames/s'], rows);
}
