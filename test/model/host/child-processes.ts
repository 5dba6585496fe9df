import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Whether this system tells of processes and descriptors as Linux does. */
export const hasProc = existsSync('/proc/self/stat');

/** Process ids of the living children of a process. */
export function childrenOf(pid = process.pid): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((child) => {
    const [state, parent] = statOf(child);
    return parent === String(pid) && state !== 'Z';
  });
}

export function isAlive(pid: number): boolean {
  const [state] = statOf(pid);
  return state !== undefined && state !== 'Z';
}

export function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

/** Resolves when the condition holds; a test that waits in vain ends by its own timeout. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** State letter and parent of a process; empty where it is gone. */
function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
