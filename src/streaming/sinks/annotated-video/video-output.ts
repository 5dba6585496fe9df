import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { cannotWrite } from '../../../files/output-failure.js';
import { removeAtExit } from '../../../files/remove-at-exit.js';

/**
 * Checks, before the run, whether the video can be written. Leaves no file behind.
 * @throws OutputError
 */
export function checkVideoOutput(out: string): void {
  rmSync(claimVideoOutput(out), { force: true });
}

/** A video that gets its name once it is complete. */
export class VideoDraft {
  /** The file to write into. */
  readonly path: string;
  readonly #out: string;
  readonly #keepAtExit: () => void;

  /**
   * Creates an empty file.
   * @throws OutputError if it cannot be created
   */
  constructor(out: string) {
    this.#out = out;
    this.path = claimVideoOutput(out);
    this.#keepAtExit = removeAtExit(this.path);
  }

  complete(): void {
    renameSync(this.path, this.#out);
  }

  /** Removes the file unless it is complete. */
  discard(): void {
    rmSync(this.path, { force: true });
    this.#keepAtExit();
  }
}

/** @returns the name of an empty draft file */
function claimVideoOutput(out: string): string {
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
