import type { Writable } from 'node:stream';

/**
 * Bytes for a child's standard input, even before the child exists. They wait until it reads them; the caller limits
 * their number.
 */
export class ChildInput {
  #stdin: Writable | undefined;
  #early: Uint8Array[] | undefined = [];
  #isEnded = false;

  /** @param stdin absent if the child has none */
  attach(stdin: Writable | null | undefined): void {
    this.#stdin = stdin ?? undefined;
    const early = this.#early ?? [];
    this.#early = undefined;
    this.write(early);
    if (this.#isEnded) this.#stdin?.end();
  }

  write(pieces: readonly Uint8Array[]): void {
    if (this.#early !== undefined) this.#early.push(...pieces);
    // A copy is cheaper than a second write.
    else if (this.#stdin?.writable === true && pieces.length > 0)
      this.#stdin.write(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces));
  }

  /** Bytes that were written, but that the child has not read yet. */
  get unsentBytes(): number {
    return this.#early?.reduce((sum, { length }) => sum + length, 0) ?? this.#stdin?.writableLength ?? 0;
  }

  /** Resolves when the child has read all of that, or has ended. */
  taken(): Promise<void> {
    const stdin = this.#stdin;
    if (stdin?.writable !== true || stdin.writableLength === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        stdin.off('drain', done).off('close', done);
        resolve();
      };
      stdin.once('drain', done).once('close', done);
    });
  }

  /** Ends the input. */
  end(): void {
    this.#isEnded = true;
    this.#stdin?.end();
  }

  destroy(): void {
    this.#early = undefined;
    this.#stdin?.destroy();
  }
}
