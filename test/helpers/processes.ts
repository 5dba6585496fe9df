import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setImmediate, setTimeout } from 'node:timers/promises';

/** What takes longer waits for another process, which needs the processor that a loop without pauses would take. */
const QUICK_TURNS = 100;
const POLL_MS = 5;

/** Whether this system shows processes and descriptors as files. */
export const HAS_PROC = process.platform === 'linux';

/** Ids of the child processes of this process, or of another, including dead ones that were not reaped. */
export function children(of = process.pid): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && parentOf(pid) === of);
}

/** Whether a process runs; a dead one that nobody reaped does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** A process for good: ids are used again, on some systems within the hour. */
export type ProcessIdentity = `${number} of ${string}`;

/** Undefined if it has ended. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  // The time of its start, in ticks since the system's.
  const startedAt = statOf(pid)?.[19];
  return startedAt === undefined ? undefined : `${pid} of ${startedAt}`;
}

/** Whether this very process runs, alive or not yet reaped. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identityOf(parseInt(identity, 10)) === identity;
}

/** Number of open pipes and sockets of this process. */
export function openPipes(): number {
  return readdirSync('/proc/self/fd').filter((fd) => /^(pipe|socket):/.test(linkOf(fd))).length;
}

/** Whether this process has the file open. */
export function hasOpen(path: string): boolean {
  return readdirSync('/proc/self/fd').some((fd) => linkOf(fd) === path);
}

/**
 * True if it is blocked in a write that no process reads. The pipes that Node gives a child are sockets. Some kernels
 * hide the reason of a sleep.
 */
export function isBlockedOnPipe(pid: number): boolean {
  const sleeps = /\) S /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return sleeps && /^0$|pipe_write|sock_alloc_send/.test(readFileSync(`/proc/${pid}/wchan`, 'utf8'));
}

/** Resolves when the condition holds; the test's time limit ends the wait otherwise. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) await (turn < QUICK_TURNS ? setImmediate() : setTimeout(POLL_MS));
}

function parentOf(pid: number): number | undefined {
  const stat = statOf(pid);
  return stat && Number(stat[1]);
}

/** The facts of a process from its state on, as `proc(5)` lists them; undefined if it has ended. */
function statOf(pid: number): string[] | undefined {
  try {
    // The name before it is in parentheses and may hold anything.
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return undefined;
  }
}

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}
