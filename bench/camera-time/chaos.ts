import type { DropEvent, GapEvent } from '../../src/core/events.js';
import { monotonicClock as clock } from '../../src/app/clock.js';
import type { Ffmpeg } from '../../src/streaming/ffmpeg/binary.js';
import { CameraChaos } from '../../test/helpers/camera-chaos.js';
import { untoldHoles } from '../../test/helpers/holes.js';
import { children, openPipes, until } from '../../test/helpers/processes.js';
import { printTable } from '../table.js';
import { readWithNowcast, type SeenFrame } from './readers.js';
import { coverage, errors, knownFrames, uncertainties } from './truth.js';

const FPS = 25;
const CAMERA = { fps: FPS, gop: FPS, wallSkewMs: 3 * 3_600_000 + 500 } as const;
const MIN_HOLE_MS = 1_000;

/** Random faults, one after the other, for the given time; the same seed gives the same faults. */
export async function chaos(ffmpeg: Ffmpeg, minutes: number, seed: number): Promise<void> {
  const atStart = { children: children().length, pipes: openPipes() };
  const camera = await CameraChaos.start({ camera: CAMERA, seed, restMs: 6_000, longestMs: 8_000 });
  const seen: SeenFrame[] = [];
  const drops: DropEvent[] = [];
  const gaps: GapEvent[] = [];
  const reading = readWithNowcast(
    camera.url,
    { ffmpeg, timeoutMs: 3_000, slots: 16 },
    (frame) => seen.push(frame),
    (event) => {
      if (event.type === 'drop') drops.push(event);
      if (event.type === 'gap') gaps.push(event);
    },
  );
  const startedAtMs = clock.now();
  await camera.run(minutes * 60_000);
  await reading.stop();
  await camera.settle();
  await camera.close();
  await until(() => openPipes() <= atStart.pipes);
  const seqs = [...seen.map(({ claim }) => claim!.seq), ...drops.map(({ seq }) => seq)].sort((a, b) => a - b);
  const holes = untoldHoles(
    seen.map(({ index, readyAtMs, claim }) => ({ index, readyAtMs, ...claim! })),
    gaps,
    (index, beforeMs) => camera.drawing(index, beforeMs),
    { minMs: MIN_HOLE_MS, toleranceMs: 300, intervalMs: 1000 / FPS },
  );
  const known = knownFrames(camera, seen);
  const reasons = [...new Set(drops.map(({ reason }) => reason))]
    .map((each) => `${each} ${drops.filter(({ reason }) => reason === each).length}`)
    .join(', ');
  console.log(
    `Chaos for ${((clock.now() - startedAtMs) / 60_000).toFixed(1)} min, seed ${seed}: ${camera.log.length} faults`,
  );
  printTable(
    ['figure', 'measured', 'to reach'],
    [
      ['frames, and drops by reason', `${seen.length}; ${reasons || 'none'}`, ''],
      ['each seq from 0 on, once', seqs.every((seq, i) => seq === i) ? 'yes' : 'NO', 'yes'],
      ['gaps told', `${gaps.length}`, ''],
      [`holes of ${MIN_HOLE_MS / 1000} s or more that no gap tells`, `${holes.length}`, '0'],
      ['true age within claimed ± uncertainty', coverage(known), '≥ 99 %'],
      ['|claimed - true| p50 / p99 / max, ms', errors(known), ''],
      ['uncertainty p50 / p90 / max, ms', uncertainties(known), ''],
      ['children left', `${children().length - atStart.children}`, '0'],
      ['pipes and sockets left', `${openPipes() - atStart.pipes}`, '0 or less'],
    ],
  );
  for (const { seq, trueMs, toldMs } of holes.slice(0, 10))
    console.log(`before frame ${seq}: ${trueMs.toFixed(0)} ms, ${toldMs.toFixed(0)} of them told`);
  for (const { fault, fromMs } of holes.length > 0 ? camera.log : [])
    console.log(`${((fromMs - startedAtMs) / 1000).toFixed(1)} s: ${fault}`);
}
