import { randomUUID } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  linkSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { OutputError } from '../core/errors.js';
import { cannotWrite } from './output-failure.js';

/** The right to write a file, which one writer has at a time. */
export type OutputClaim = {
  /** The file itself, behind any links; a stream as given. */
  readonly path: string;
  /** True for a pipe or a device, which any number of writers may share. */
  readonly isStream: boolean;
  /** Safe to call twice. */
  release(): void;
};

/** Lock files of this process, by the path that they lock. */
const held = new Map<string, string>();
const ATTEMPTS = 3;

/**
 * Claims a file for this writer, with a lock file beside it. The lock of a process that has died counts no more. A file
 * that may not be written is refused here, because its folder may permit to replace it.
 * @throws OutputError if the file may not be written, or another output of this process, or another process, writes it
 */
export function claimOutput(path: string): OutputClaim {
  const stats = writableStats(path);
  const isStream = stats !== undefined && !stats.isFile();
  // The path behind /dev/stdout may be none that can be opened.
  if (isStream) return { path, isStream, release: () => undefined };
  const target = realPathOf(path);
  if (held.has(target))
    throw new OutputError(`cannot write ${path}: another output of this run writes it; give each its own file`);
  const lock = `${target}.lock`;
  for (let attempt = 1; !tryLock(lock); attempt++) {
    const owner = ownerOf(lock);
    if (owner !== undefined && isAlive(owner))
      throw new OutputError(
        `cannot write ${path}: process ${owner.pid} is writing it; choose another name, or end that process`,
      );
    if (attempt === ATTEMPTS)
      throw new OutputError(`cannot write ${path}: other processes keep locking it; remove ${lock} if none runs`);
    rmSync(lock, { force: true });
  }
  if (held.size === 0) process.on('exit', releaseAll);
  held.set(target, lock);
  return {
    path: target,
    isStream,
    release() {
      if (!held.delete(target)) return;
      rmSync(lock, { force: true });
      if (held.size === 0) process.off('exit', releaseAll);
    },
  };
}

/** @returns undefined if there is no such file */
function writableStats(path: string): Stats | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats !== undefined) accessSync(path, constants.W_OK);
    return stats;
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

function releaseAll(): void {
  for (const lock of held.values()) rmSync(lock, { force: true });
}

/** The path behind any links; also of a link to a file that is yet to be made. */
export function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // No such file.
  }
  const target = targetOf(path);
  if (target !== undefined) return realPathOf(target);
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return path;
  }
}

/** The path in a link; undefined for anything else. */
function targetOf(path: string): string | undefined {
  try {
    return resolve(dirname(path), readlinkSync(path));
  } catch {
    return undefined;
  }
}

/** @returns false if the lock exists. Where no lock can be made, writing itself fails with the better message. */
function tryLock(lock: string): boolean {
  const content = JSON.stringify(thisProcess());
  const draft = `${lock}.${randomUUID()}`;
  try {
    // A link appears with its content, so that no other process sees a lock without an owner.
    writeFileSync(draft, content, { flag: 'wx' });
    linkSync(draft, lock);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EEXIST' ? false : tryPlainLock(lock, content);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** For file systems without links. */
function tryPlainLock(lock: string, content: string): boolean {
  let file: number;
  try {
    file = openSync(lock, 'wx');
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code !== 'EEXIST';
  }
  try {
    writeSync(file, content);
  } finally {
    closeSync(file);
  }
  return true;
}

type Owner = { readonly pid: number; readonly started?: string | undefined };

function thisProcess(): Owner {
  return { pid: process.pid, started: startOf(process.pid) };
}

/** @returns undefined for a lock that is gone or torn */
function ownerOf(lock: string): Owner | undefined {
  try {
    const owner = JSON.parse(readFileSync(lock, 'utf8')) as Partial<Owner>;
    return Number.isSafeInteger(owner.pid) && owner.pid! > 0 ? (owner as Owner) : undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, started }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  // The number may have gone to another process.
  return started === undefined || startOf(pid) === started;
}

/** Tells two processes of one number apart, across restarts of the machine and containers too; Linux only. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in parentheses, may hold anything.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return [
      readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      readlinkSync('/proc/self/ns/pid'),
      ticks,
    ].join();
  } catch {
    return undefined;
  }
}
