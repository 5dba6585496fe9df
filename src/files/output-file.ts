import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { OutputError } from '../core/errors.js';
import { claimOutput, type OutputClaim } from './output-claim.js';
import { cannotWrite, remedy } from './output-failure.js';
import { openNewDraft } from './new-draft.js';
import { takePlaceOf } from './take-place.js';

/** Called once when a file can no longer be written. Later writes are ignored. */
export type OnOutputFailure = (error: OutputError) => void;

/** The fate of an older file of that name. */
export type OlderFile =
  /** It is replaced at once. */
  | 'replaced'
  /** It stays until {@link OutputFile.publish}. */
  | 'kept-until-published'
  /** The new content goes behind it. */
  | 'continued';

/**
 * A file that is written piece by piece. `write` hands each piece to the operating system before it returns (some 10 µs
 * for an event), so a killed process loses nothing. A failure stops the file, not the run.
 */
export class OutputFile {
  readonly #path: string;
  readonly #onFailure: OnOutputFailure;
  readonly #claim: OutputClaim;
  #draft: string | undefined;
  #fd: number | undefined;
  #endBytes = 0;
  /** The latest piece. */
  #last: Uint8Array = new Uint8Array();
  /** Whether the file stands under its name for good. */
  #isPublished = true;

  /**
   * @param mode of a new file
   * @throws OutputError if it cannot be written, or another process writes it
   */
  constructor(path: string, onFailure: OnOutputFailure, older: OlderFile = 'replaced', mode = 0o666) {
    this.#path = path;
    this.#onFailure = onFailure;
    this.#claim = claimOutput(path);
    try {
      if (older === 'kept-until-published' && !this.#claim.isStream) {
        this.#isPublished = false;
        if (existsSync(this.#claim.path)) this.#draft = `${this.#claim.path}.part`;
      }
      const target = this.#draft ?? this.#claim.path;
      this.#fd =
        this.#draft !== undefined
          ? openNewDraft(target, mode)
          : this.#claim.isStream
            ? openStream(target)
            : openSync(target, older === 'continued' ? 'a' : 'w', mode);
    } catch (cause) {
      this.#claim.release();
      throw cannotWrite(path, cause);
    }
  }

  /** False for a pipe, whose content can only be added to. */
  get isRewritable(): boolean {
    return !this.#claim.isStream;
  }

  /** Puts the file in the place of the older one. Safe to call twice, and after `close`. */
  publish(): void {
    this.#isPublished = true;
    if (this.#draft === undefined) return;
    const draft = this.#draft;
    this.#draft = undefined;
    try {
      if (this.#fd !== undefined) fsyncSync(this.#fd);
      takePlaceOf(this.#claim.path, draft);
    } catch (cause) {
      this.close();
      this.#onFailure(cannotWrite(this.#path, cause));
    }
  }

  /** Closes the file, and removes it if it was not published. Safe to call twice. */
  discard(): void {
    this.close();
    if (!this.#isPublished) rmSync(this.#draft ?? this.#claim.path, { force: true });
    this.#isPublished = true;
    this.#draft = undefined;
  }

  /** Appends `content`, over the file's last `overwriteBytes` bytes. */
  write(content: string | Uint8Array, overwriteBytes = 0): void {
    if (this.#fd === undefined) return;
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const startBytes = this.#endBytes - overwriteBytes;
    try {
      for (let done = 0; done < bytes.length;) {
        // A pipe has no positions; only files are overwritten.
        done += writeSync(this.#fd, bytes, done, bytes.length - done, overwriteBytes === 0 ? null : startBytes + done);
      }
      this.#endBytes = startBytes + bytes.length;
      this.#last = bytes;
    } catch (cause) {
      if (overwriteBytes > 0) this.#restore(startBytes, this.#last.subarray(-overwriteBytes));
      this.close();
      this.#onFailure(
        new OutputError(
          `writing ${this.#path} failed, so the file ends here: ${remedy(cause as NodeJS.ErrnoException)}`,
          {
            cause,
          },
        ),
      );
    }
  }

  /** Puts the file's end back after a write that replaced a part of it. There was room for it before. */
  #restore(startBytes: number, end: Uint8Array): void {
    try {
      ftruncateSync(this.#fd!, startBytes);
      writeSync(this.#fd!, end, 0, end.length, startBytes);
    } catch {
      // The disk is gone.
    }
  }

  /** Safe to call twice. */
  close(): void {
    if (this.#fd === undefined) return;
    const fd = this.#fd;
    this.#fd = undefined;
    closeSync(fd);
    this.#claim.release();
  }
}

/**
 * Opening a named pipe that nobody reads would stop the whole program; opened without waiting, it fails. That file
 * stays open until the one that waits is open, because a reader ends when its last writer leaves.
 */
function openStream(path: string): number {
  if (!statSync(path).isFIFO()) return openSync(path, 'w');
  const probe = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    return openSync(path, 'w');
  } finally {
    closeSync(probe);
  }
}
