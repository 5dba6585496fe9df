/** Counts skipped records by kind, so that a million equal mistakes give one line. */
export class Warnings {
  readonly #kinds = new Map<string, { count: number; readonly first: string }>();

  /**
   * @param kind the mistake, in words that hold for every record of this kind
   * @param where the record; the message names the first one
   */
  add(kind: string, where: string): void {
    const known = this.#kinds.get(kind);
    if (known === undefined) this.#kinds.set(kind, { count: 1, first: where });
    else known.count++;
  }

  list(): string[] {
    return [...this.#kinds].map(
      ([kind, { count, first }]) => `${kind} (${count === 1 ? first : `${count} times, first ${first}`})`,
    );
  }
}
