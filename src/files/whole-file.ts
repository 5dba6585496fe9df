import { accessSync, closeSync, constants, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { claimOutput, type OutputClaim } from './output-claim.js';
import { cannotWrite } from './output-failure.js';
import { openNewDraft } from './new-draft.js';
import { removeAtExit } from './remove-at-exit.js';
import { takePlaceOf } from './take-place.js';

/**
 * A file that appears whole, at the end of long work, or not at all. Claiming it checks that it can be written and
 * leaves an older file as it is.
 */
export class WholeFile {
  readonly #given: string;
  readonly #claim: OutputClaim;
  /** Undefined where the file has to be written in place. */
  readonly #draft: string | undefined;
  /** Undoes `removeAtExit`. */
  #keepAtExit: () => void = () => undefined;

  /** @throws OutputError if it cannot be written, or another process writes it */
  constructor(path: string) {
    this.#given = path;
    this.#claim = claimOutput(path);
    try {
      this.#draft = this.#claim.isStream ? undefined : newDraft(this.#claim.path);
      if (this.#draft !== undefined) this.#keepAtExit = removeAtExit(this.#draft);
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
        throw Object.assign(new Error(`${path} is a folder`), { code: 'EISDIR' });
    } catch (cause) {
      this.release();
      throw cannotWrite(path, cause);
    }
  }

  /**
   * Puts the content in the place of an older file.
   * @throws OutputError; an older file then stays
   */
  write(content: string | Uint8Array): void {
    const { path } = this.#claim;
    try {
      if (this.#draft === undefined) {
        writeFileSync(path, content);
        return;
      }
      writeDraft(this.#draft, content);
      replace(this.#draft, path, content);
    } catch (cause) {
      throw cannotWrite(this.#given, cause);
    }
  }

  /** Ends the claim and removes the draft. Safe to call twice. */
  release(): void {
    if (this.#draft !== undefined) rmSync(this.#draft, { force: true });
    this.#keepAtExit();
    this.#claim.release();
  }
}

/**
 * Checks before long work that its result can be written.
 * @throws OutputError
 */
export function checkWholeFile(path: string): void {
  new WholeFile(path).release();
}

/**
 * Writes a file at once, whole.
 * @throws OutputError
 */
export function writeWholeFile(path: string, content: string | Uint8Array): void {
  const file = new WholeFile(path);
  try {
    file.write(content);
  } finally {
    file.release();
  }
}

/** @returns undefined if the file can be written, but nothing beside it */
function newDraft(path: string): string | undefined {
  const draft = `${path}.part`;
  try {
    closeSync(openNewDraft(draft));
    return draft;
  } catch (cause) {
    try {
      accessSync(path, constants.W_OK);
      return undefined;
    } catch {
      throw cause;
    }
  }
}

/** The draft is ours since it was claimed; a link in its place is not followed. */
function writeDraft(draft: string, content: string | Uint8Array): void {
  const file = openSync(draft, constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW);
  try {
    writeFileSync(file, content, { flush: true });
  } finally {
    closeSync(file);
  }
}

/** A file that is mounted by itself, as into a container, cannot be renamed over. */
function replace(draft: string, path: string, content: string | Uint8Array): void {
  try {
    takePlaceOf(path, draft);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EBUSY') throw cause;
    writeFileSync(path, content);
  }
}
