import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const TASKS = '/proc/self/task';

/** What a test needs that counts threads. */
export const NEEDS_THREAD_COUNT = { [TASKS]: existsSync(TASKS) };

/**
 * Threads of this process, without those that sharp's libvips keeps for the next pictures and lets go when it sees fit.
 */
export function threadCount(): number {
  return readdirSync(TASKS)
    .map(nameOf)
    .filter((name) => name !== undefined && name !== 'libvips worker').length;
}

/** Undefined where the thread has ended since it was listed. */
function nameOf(id: string): string | undefined {
  try {
    return readFileSync(join(TASKS, id, 'comm'), 'utf8').trim();
  } catch {
    return undefined;
  }
}
