import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/**
 * Mounts a disk of a few kilobytes at a new folder. Linux lets only the superuser do so.
 * @returns how to take it away; undefined where no disk can be mounted
 */
export function mountTinyDisk(folder: string, kilobytes: number): (() => void) | undefined {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return () => execFileSync('umount', ['--lazy', folder]);
}
