import { accessSync, constants, statSync } from 'node:fs';

/** Folders of the system's own programs: a program of the same name elsewhere on PATH is not asked. */
const FOLDERS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

/** The path of one of Linux's own programs; undefined if this machine does not have it. */
export function systemProgram(name: string): string | undefined {
  if (process.platform !== 'linux') return undefined;
  return FOLDERS.map((folder) => `${folder}/${name}`).find(isProgram);
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
