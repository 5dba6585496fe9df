import { readdirSync, readFileSync } from 'node:fs';

export type ChildProcessFacts = { readonly pid: number; readonly command: string };

/** The living direct children of a process (Linux). */
export function childrenOf(parentPid: number): ChildProcessFacts[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (Number(ppid) !== parentPid) return [];
        return [{ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ') }];
      } catch {
        // It ended in the meantime.
        return [];
      }
    });
}

/** Resident memory of a process (Linux). */
export function rssBytes(pid: number): number {
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) * 1024;
}

/** Linux counts a process's time in hundredths of a second, whatever its kernel's tick (`man 5 proc`, USER_HZ). */
const TICK_MS = 10;

/** Processor time of a process so far, in milliseconds (Linux). */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // utime and stime are fields 14 and 15, the state is field 3.
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
