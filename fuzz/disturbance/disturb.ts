import { setTimeout as sleep } from 'node:timers/promises';
import type { ObservedCommand } from './observed-command.js';
import type { Viewers } from './viewers.js';

/** What one loop of disturbances knows. */
export type Disturbance = {
  /** False once the chaos is over. */
  readonly goesOn: () => boolean;
  /** In [0, 1), by the seed. */
  readonly uniform: () => number;
  /** Takes the name of each fault that was caused. */
  readonly note: (fault: string) => void;
};

/** Mean time between two faults of one kind of victim. */
const REST_MS = 2500;
/** The longest time that a process stands still. */
export const LONGEST_STOP_MS = 4000;

/** Kills or stops children of the command, one after the other. */
export async function disturb(
  { goesOn, uniform, note }: Disturbance,
  command: ObservedCommand,
  victim: { readonly name: string; readonly commandLine: RegExp; readonly ways: readonly ('kill' | 'stop')[] },
): Promise<void> {
  while (goesOn()) {
    await sleep(REST_MS * (0.5 + uniform()));
    const pids = command.childrenLike(victim.commandLine);
    if (pids.length === 0) continue;
    const pid = anyOf(pids, uniform);
    const way = anyOf(victim.ways, uniform);
    try {
      process.kill(pid, way === 'kill' ? 'SIGKILL' : 'SIGSTOP');
      note(`${victim.name}: ${way}`);
      if (way === 'kill') continue;
      await sleep(LONGEST_STOP_MS * uniform());
      process.kill(pid, 'SIGCONT');
    } catch {
      // It was ended first: a watchdog does not wait.
    }
  }
}

/** Cuts, stops and misleads viewers of the feed. */
export async function annoy({ goesOn, uniform, note }: Disturbance, viewers: Viewers): Promise<void> {
  while (goesOn()) {
    await sleep(REST_MS * uniform());
    const viewer = viewers.pick(uniform());
    const way = Math.floor(3 * uniform());
    if (way === 0) {
      viewers.replace(viewer);
      note('viewer: cut');
    } else if (way === 1) {
      viewer.babble();
      note('viewer: babble');
    } else {
      viewer.pause();
      note('viewer: stop');
      await sleep(LONGEST_STOP_MS * uniform());
      viewer.resume();
    }
  }
}

/** One of the values, by chance. */
export function anyOf<T>(values: readonly T[], uniform: () => number): T {
  return values[Math.floor(uniform() * values.length)];
}
