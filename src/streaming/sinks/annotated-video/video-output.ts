import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { OutputError } from '../../../core/errors.js';
import { remedy } from '../../../files/output-file.js';

/**
 * Finds out, before a run that is to be drawn, whether the video can be written. Leaves nothing behind.
 * @throws OutputError
 */
export function checkVideoOutput(out: string): void {
  rmSync(claimVideoOutput(out), { force: true });
}

/**
 * Creates the empty file that a video is written to until it is whole.
 * @returns its name
 * @throws OutputError where it cannot be created
 */
export function claimVideoOutput(out: string): string {
  const partial = `${out}.part`;
  try {
    if (statSync(out, { throwIfNoEntry: false })?.isDirectory() === true)
      throw Object.assign(new Error(`${out} is a folder`), { code: 'EISDIR' });
    closeSync(openSync(partial, 'w'));
  } catch (cause) {
    throw new OutputError(`cannot write ${out}: ${remedy(cause as NodeJS.ErrnoException)}`, { cause });
  }
  return partial;
}
