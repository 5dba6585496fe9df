import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicClock as clock } from '../../src/app/clock.js';
import type { Ffmpeg } from '../../src/streaming/ffmpeg/binary.js';
import { PacedCamera } from '../../test/helpers/paced-camera/index.js';
import { childrenOf, cpuMs } from '../processes.js';
import { median, printTable } from '../table.js';
import { nowcastReader, type Reader } from './readers.js';

const STREAMS = [
  { width: 1920, height: 1080, fps: 15 },
  { width: 640, height: 360, fps: 30 },
] as const;
const ROUNDS = 3;
const WARM_UP_MS = 3_000;

/** CPU use of reading one camera, by our reader and by ffmpeg's, in turns. */
export async function cpu(ffmpeg: Ffmpeg, secondsEach: number): Promise<void> {
  const ways = [nowcastReader('ours', 'auto', ffmpeg), nowcastReader('ffmpeg', 'ffmpeg', ffmpeg)];
  const rows: string[][] = [];
  for (const { width, height, fps } of STREAMS) {
    const camera = await PacedCamera.start({ width, height, fps, gop: fps });
    const shares: number[][] = ways.map(() => []);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, way] of ways.entries()) shares[i].push(await shareOfCore(way, camera, secondsEach * 1000));
    }
    const { cpuMs, upMs } = await camera.facts();
    await camera.kill();
    const ratios = shares[0].map((share, round) => share / shares[1][round]);
    const percent = (values: readonly number[]): string =>
      `${(median(values) * 100).toFixed(1)} % (${values.map((value) => (value * 100).toFixed(1)).join(', ')})`;
    rows.push([
      `${width}x${height}, ${fps} fps`,
      percent(shares[0]),
      percent(shares[1]),
      `${((median(ratios) - 1) * 100).toFixed(0)} %`,
      `${((cpuMs / upMs) * 100).toFixed(1)} %`,
    ]);
    console.error(rows.at(-1)!.join(' | '));
  }
  console.log(
    `CPU of one camera, this process and its ffmpeg, of one core, H.264, median of ${ROUNDS} turns of ${secondsEach} s; to reach: at most 10 % more`,
  );
  printTable(['stream', 'our reader', "ffmpeg's reader", 'ours more by', "camera's CPU"], rows);
}

/**
 * The share of one core that this process and its children use while they read the camera, without the camera itself.
 */
async function shareOfCore(way: Reader, camera: PacedCamera, ms: number): Promise<number> {
  const reading = way.read(camera.url, () => undefined);
  await sleep(WARM_UP_MS);
  const [usedBefore, before] = [usedMs(camera.pid), clock.now()];
  await sleep(ms);
  const share = (usedMs(camera.pid) - usedBefore) / (clock.now() - before);
  await reading.stop();
  return share;
}

function usedMs(cameraPid: number): number {
  const { user, system } = process.cpuUsage();
  const children = childrenOf(process.pid).filter(({ pid }) => pid !== cameraPid);
  return (user + system) / 1000 + children.reduce((sum, { pid }) => sum + cpuMs(pid), 0);
}
