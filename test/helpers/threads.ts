import { existsSync, readdirSync } from 'node:fs';

const TASKS = '/proc/self/task';

/** What a test needs that counts threads. */
export const NEEDS_THREAD_COUNT = { [TASKS]: existsSync(TASKS) };

/** Threads of this process. */
export function threadCount(): number {
  return readdirSync(TASKS).length;
}
