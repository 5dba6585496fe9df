import { setTimeout as sleep } from 'node:timers/promises';
import type { GapEvent } from '../../src/core/events.js';
import { monotonicClock as clock } from '../../src/app/clock.js';
import type { Ffmpeg } from '../../src/streaming/ffmpeg/binary.js';
import { PacedCamera } from '../../test/helpers/paced-camera/index.js';
import { ThrottlingProxy } from '../../test/helpers/throttling-proxy.js';
import { printTable } from '../table.js';
import { FAULTS, type Fault } from './fault-list.js';
import { readWithNowcast, type SeenFrame } from './readers.js';
import { coverage, errors, knownFrames, uncertainties, type KnownFrame } from './truth.js';

const FPS = 30;
/** Every test camera's clock is wrong. */
const WALL_SKEW_MS = 3 * 3_600_000 + 500;
/** By then, a sender report and an uncongested arrival have been seen. */
const SETTLED_MS = 2_000;
const STEADY_MS = 8_000;
/** After this, a fault must have no effect any more. */
const RECOVERY_MS = 1_000;
const AFTER_MS = 6_000;

/** Claimed against true age, before and after each fault. */
export async function faults(ffmpeg: Ffmpeg, only: string | undefined): Promise<void> {
  const chosen = FAULTS.filter(({ name }) => only === undefined || name.includes(only));
  const rows: string[][] = [];
  const all: KnownFrame[] = [];
  for (const fault of chosen) {
    const { row, frames } = await measure(fault, ffmpeg);
    console.error(row.join(' | '));
    rows.push(row);
    all.push(...frames);
  }
  console.log(
    `Claimed age against true age, 640x360 H.264 at ${FPS} fps, the sender's clock ${WALL_SKEW_MS} ms off; ms`,
  );
  printTable(
    [
      'fault',
      'frames',
      'true age within claimed ± uncertainty',
      '|claimed - true| steady: p50 / p99 / max',
      `${RECOVERY_MS / 1000} s after the fault`,
      'uncertainty: p50 / p90 / max',
      'most understated',
      'gaps told',
      'by whose clock',
    ],
    rows,
  );
  console.log(
    `all frames of all faults: ${all.length}, within: ${coverage(all)}, uncertainty p50 / p90 / max: ${uncertainties(all)} ms\n`,
  );
}

async function measure(
  { name, camera: options, carriedBy = 'tcp', happen }: Fault,
  ffmpeg: Ffmpeg,
): Promise<{ readonly row: string[]; readonly frames: KnownFrame[] }> {
  const camera = await PacedCamera.start({
    fps: FPS,
    gop: FPS,
    wallSkewMs: WALL_SKEW_MS,
    transports: [carriedBy],
    ...options,
  });
  const link = await ThrottlingProxy.start(camera.port);
  const seen: SeenFrame[] = [];
  const gaps: GapEvent[] = [];
  const url = `rtsp://127.0.0.1:${carriedBy === 'tcp' ? link.port : camera.port}/cam`;
  const reading = readWithNowcast(
    url,
    { ffmpeg, transport: carriedBy === 'udp' ? 'udp' : 'auto', slots: 16 },
    (frame) => seen.push(frame),
    (event) => {
      if (event.type === 'gap') gaps.push(event);
    },
  );
  await sleep(SETTLED_MS + STEADY_MS);
  const beganAtMs = clock.now();
  await happen?.({ camera, link });
  const overAtMs = clock.now();
  await sleep(AFTER_MS);
  await reading.stop();
  await camera.facts();
  const frames = knownFrames(camera, seen);
  await Promise.all([camera.kill(), link.close()]);
  const firstAtMs = frames[0]?.readyAtMs ?? 0;
  const steady = frames.filter(({ readyAtMs }) => readyAtMs >= firstAtMs + SETTLED_MS && readyAtMs < beganAtMs);
  const after = happen === undefined ? [] : frames.filter(({ readyAtMs }) => readyAtMs >= overAtMs + RECOVERY_MS);
  const understatedMs = Math.max(0, ...frames.map(({ errorMs }) => -errorMs));
  const clocks = [...new Set(frames.map(({ captureClock }) => captureClock))].join(', ');
  return {
    frames,
    row: [
      name,
      `${frames.length}`,
      coverage(frames),
      errors(steady),
      errors(after),
      uncertainties(frames),
      understatedMs.toFixed(0),
      gaps.map(({ fromMs, toMs }) => `${((toMs - fromMs) / 1000).toFixed(1)} s`).join(', ') || '-',
      clocks,
    ],
  };
}
