import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const TASKS = '/proc/self/task';

/** Needs of tests that count threads. */
export const NEEDS_THREAD_COUNT = { [TASKS]: existsSync(TASKS) };

/**
 * Threads of this process, without those of sharp's libvips, which keeps them for further pictures and ends them at any
 * time.
 */
export function threadCount(): number {
  return readdirSync(TASKS)
    .map(nameOf)
    .filter((name) => name !== undefined && name !== 'libvips worker').length;
}

/** Undefined if the thread has ended in the meantime. */
function nameOf(id: string): string | undefined {
  try {
    return readFileSync(join(TASKS, id, 'comm'), 'utf8').trim();
  } catch {
    return undefined;
  }
}
