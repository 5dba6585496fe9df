import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InternalError, OutputError } from '../../core/errors.js';

/**
 * Picture buffers in a file that two processes have open: the writer keeps this object, the reader inherits `fd`. The
 * file lies in shared memory if the system has it. It has no name from the start, so that nothing remains once both
 * processes have ended, however they ended.
 */
export class PictureSlotsFile {
  readonly fd: number;
  readonly slotBytes: number;
  #closed = false;

  /** @throws OutputError if neither shared memory nor the temporary folder has room */
  constructor(slotCount: number, slotBytes: number) {
    this.slotBytes = slotBytes;
    this.fd = openNameless(slotCount * slotBytes, ['/dev/shm', tmpdir()]);
  }

  /** Copies a picture into a slot. */
  write(slot: number, picture: Uint8Array): void {
    if (picture.length !== this.slotBytes) {
      throw new InternalError(`a picture has ${picture.length} bytes, but the detector's input has ${this.slotBytes}`);
    }
    if (writeSync(this.fd, picture, 0, this.slotBytes, slot * this.slotBytes) !== this.slotBytes) {
      throw new InternalError(`slot ${slot} of the picture slots was only partly written`);
    }
  }

  /** Safe to call twice. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.fd);
  }
}

/** Copies the picture in a slot into `into`, in the process that inherited the file as `fd`. */
export function readSlot(fd: number, slot: number, into: Uint8Array): void {
  if (readSync(fd, into, 0, into.length, slot * into.length) !== into.length) {
    throw new InternalError(`slot ${slot} of the picture slots was only partly read`);
  }
}

/** A file of `bytes` zeros without a name, in the first folder that has room. */
function openNameless(bytes: number, folders: readonly string[]): number {
  let cause: unknown;
  for (const folder of folders) {
    const path = join(folder, `nowcast-${randomBytes(8).toString('hex')}.slots`);
    let fd: number | undefined;
    try {
      fd = openSync(path, 'wx+', 0o600);
      unlinkSync(path);
      // Writing reserves the memory now; without it, a full shared memory would only show at the first frame.
      if (writeSync(fd, new Uint8Array(bytes), 0, bytes, 0) === bytes) return fd;
      cause = new Error(`${folder} is full`);
    } catch (error) {
      cause = error;
    }
    if (fd !== undefined) closeSync(fd);
  }
  throw new OutputError(
    `a file of ${bytes} bytes for pictures fits neither in ${folders.join(' nor in ')}: ${(cause as Error).message}`,
    { cause },
  );
}
