import { readFileSync } from 'node:fs';

/** Of Linux, on every machine: the unit of the times in `/proc`. */
const TICK_MS = 10;
/** After the name of the program: user and system time. */
const [USER, SYSTEM] = [11, 12];

/** Processor time that a process has used, milliseconds; undefined where the system does not show it as a file. */
export function cpuTimeMs(pid: number): number | undefined {
  try {
    // The name before them is in parentheses and may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[USER]) + Number(fields[SYSTEM])) * TICK_MS;
  } catch {
    return undefined;
  }
}
