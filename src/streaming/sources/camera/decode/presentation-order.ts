type Entry = { readonly ptsUs: number; isDoubtful: boolean; report?: () => void };

/** B-pictures come in every group of pictures, or in none. */
const REMEMBERED_UNITS = 32;

/**
 * Puts the outcomes of a connection's units into presentation order. A decoder keeps that order unless it lacks lost
 * units, and a skipped unit has its outcome at once. So with B-pictures, an outcome may come before a picture that is
 * shown earlier has arrived. Without B-pictures nothing waits.
 */
export class PresentationOrder {
  /** Units without a reported outcome, by presentation time. */
  readonly #entries: Entry[] = [];
  #newestUs = -Infinity;
  #unitsSinceReordered = Infinity;

  /**
   * A unit has arrived.
   * @param ptsUs differs from that of every other unit
   */
  arrived(ptsUs: number): void {
    const after = this.#entries.findLastIndex((entry) => entry.ptsUs < ptsUs);
    this.#entries.splice(after + 1, 0, { ptsUs, isDoubtful: false });
    this.#unitsSinceReordered = ptsUs < this.#newestUs ? 0 : this.#unitsSinceReordered + 1;
    this.#newestUs = Math.max(this.#newestUs, ptsUs);
    this.#flush();
  }

  /** The next unit lacks data: the decoder's concealment may harm pictures that it still holds back. */
  lost(): void {
    if (!this.#isReordering) return;
    for (const entry of this.#entries) entry.isDoubtful ||= entry.report === undefined;
  }

  /**
   * A unit's outcome is certain.
   * @param report called once, in the unit's turn, with whether its picture may have been harmed
   */
  known(ptsUs: number, report: (isDoubtful: boolean) => void): void {
    const entry = this.#entries.find((each) => each.ptsUs === ptsUs);
    if (entry === undefined) return;
    entry.report = () => report(entry.isDoubtful);
    this.#flush();
  }

  /** No further unit or outcome comes. */
  end(): void {
    for (const { report } of this.#entries.splice(0)) report?.();
  }

  get #isReordering(): boolean {
    return this.#unitsSinceReordered < REMEMBERED_UNITS;
  }

  #flush(): void {
    while (this.#entries[0]?.report !== undefined) {
      // Units that are shown before it may still arrive.
      if (this.#isReordering && this.#entries[0].ptsUs === this.#newestUs) return;
      this.#entries.shift()!.report!();
    }
  }
}
