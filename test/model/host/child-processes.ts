import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** True if this system shows processes and descriptors as Linux does. */
export const hasProc = existsSync('/proc/self/stat');

/** Process ids of the living detector processes that a process has started. */
export function detectorsOf(pid = process.pid): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(
      (child) =>
        statOf(child)[1] === String(pid) &&
        isAlive(child) &&
        /detector-main|nowcast-detector/.test(read(`/proc/${child}/cmdline`)),
    );
}

export function isAlive(pid: number): boolean {
  const [state] = statOf(pid);
  return state !== undefined && state !== 'Z';
}

export function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

/** Resolves when the condition holds; otherwise the test's own timeout ends it. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** State letter and parent of a process; empty if it has exited. */
function statOf(pid: number): string[] {
  const stat = read(`/proc/${pid}/stat`);
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
