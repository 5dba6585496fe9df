import { randomUUID } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { OutputError } from '../core/errors.js';
import { makeFolder } from './make-folder.js';
import { realPathOf } from './output-claim.js';
import { cannotWrite } from './output-failure.js';

/**
 * Tries whether a folder can be made and written, and leaves nothing behind.
 * @param key that names it, for the message
 * @throws OutputError
 */
export function tryFolder(key: string, folder: string): void {
  const path = resolve(folder);
  const made: string[] = [];
  try {
    makeFolder(path, 0o700, made);
    const draft = join(path, `.${randomUUID()}.tmp`);
    try {
      writeFileSync(draft, 'x', { flag: 'wx', mode: 0o600 });
    } finally {
      rmSync(draft, { force: true });
    }
  } catch (cause) {
    throw ofKey(key, cannotWrite(path, cause));
  } finally {
    for (const one of made.reverse()) removeEmpty(one);
  }
}

/** The same for a file, whose folder has to be there. One that exists stays as it is. */
export function tryFile(key: string, file: string): void {
  const path = resolve(file);
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory() === true) throw Object.assign(new Error(), { code: 'EISDIR' });
    if (found === undefined) tryNewFile(realPathOf(path));
    else accessSync(path, constants.W_OK);
  } catch (cause) {
    throw ofKey(key, cannotWrite(path, cause));
  }
}

/** The same for a file whose folder is made with it. */
export function tryFileAndFolder(key: string, file: string): void {
  if (existsSync(file)) tryFile(key, file);
  else tryFolder(key, dirname(file));
}

function tryNewFile(path: string): void {
  closeSync(openSync(path, 'wx', 0o600));
  rmSync(path, { force: true });
}

/** Another process may have put something there. */
function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Then it stays.
  }
}

function ofKey(key: string, { message, cause }: OutputError): OutputError {
  return new OutputError(`${key}: ${message}`, { cause });
}
