import { idleFree } from '../src/scheduling/policies/idle-free.js';
import { play, runBench, type Bench, type Row } from './clip.js';
import { BareTimer } from './bare-timer.js';
import { rssBytes } from './processes.js';
import { quantile } from './table.js';

/** The overload alone, shorter than `pipeline` has it, and at twice the rate for machines that keep up with 120 fps. */
export const run = (): Promise<void> =>
  runBench(
    (bench) => overload(bench, 120, 1500),
    (bench) => overload(bench, 240, 1500),
  );

/**
 * More frames than the detector can process: how old is the frame that it starts on? A bare timer that fires equally
 * often runs beside it and measures the machine's own delays, which affect every program.
 */
export async function overload(bench: Bench, fps: number, frames: number): Promise<Row[]> {
  const intervalMs = 1000 / fps;
  let received = 0;
  let rssAt500 = 0;
  let conserved = true;
  const control = await BareTimer.start(intervalMs);
  const {
    percepts,
    snapshot: { total },
  } = await play(bench, {
    policy: idleFree,
    fps,
    frames,
    onEvent: (_, measurements) => {
      const counts = measurements.total();
      received = counts.received;
      conserved &&= counts.inFlight >= 0 && counts.inFlight <= 2;
      if (rssAt500 === 0 && received >= 500) rssAt500 = rssBytes(process.pid);
    },
  });
  const grownMb = (rssBytes(process.pid) - rssAt500) / 1e6;
  const timerLateMs = await control.stop();
  const sinceDue = percepts.map(({ times }) => times.startedAtMs - times.capturedAtMs);
  const sinceReady = percepts.map(({ times }) => times.startedAtMs - times.readyAtMs);
  const bound = `< ${intervalMs.toFixed(1)} ms`;
  return [
    [
      `${fps} fps, ${frames} frames: percepts and superseded`,
      `${total.percepts} and ${total.drops.superseded}`,
      'newest wins',
    ],
    [
      'age of the frame that starts, since it was ready, p50, p99, max',
      spread(sinceReady),
      `${bound}: under way, age stays below one runtime + one interval`,
    ],
    ['the same since it was due (timers and decoding included)', spread(sinceDue), bound],
    [
      'share of frames older than that, since ready and since due',
      `${shareAbove(sinceReady, intervalMs)} and ${shareAbove(sinceDue, intervalMs)}`,
      '0 %',
    ],
    [
      `a bare timer of ${intervalMs.toFixed(1)} ms in a process of its own meanwhile, late by p50, p99, max`,
      spread(timerLateMs),
      '',
    ],
    ['RSS after minus RSS at frame 500', `${grownMb.toFixed(1)} MB`, '< 20 MB'],
    [
      'received = percepts + drops + in flight (at most 2) at every event',
      conserved && total.inFlight === 0 ? 'yes' : 'NO',
      'yes',
    ],
  ];
}

function spread(ms: readonly number[]): string {
  return `${[0.5, 0.99, 1].map((q) => quantile(ms, q).toFixed(1)).join(', ')} ms`;
}

function shareAbove(agesMs: readonly number[], boundMs: number): string {
  return `${((100 * agesMs.filter((age) => age >= boundMs).length) / agesMs.length).toFixed(2)} %`;
}
