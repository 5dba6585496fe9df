import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { cannotWrite } from '../../../files/output-failure.js';

/**
 * Checks, before the run, whether the video can be written. Leaves no file behind.
 * @throws OutputError
 */
export function checkVideoOutput(out: string): void {
  rmSync(claimVideoOutput(out), { force: true });
}

/**
 * Creates an empty draft file, which becomes the video once it is complete.
 * @returns its name
 * @throws OutputError if it cannot be created
 */
export function claimVideoOutput(out: string): string {
  const partial = `${out}.part`;
  try {
    if (statSync(out, { throwIfNoEntry: false })?.isDirectory() === true)
      throw Object.assign(new Error(`${out} is a folder`), { code: 'EISDIR' });
    closeSync(openSync(partial, 'w'));
  } catch (cause) {
    throw cannotWrite(out, cause);
  }
  return partial;
}
