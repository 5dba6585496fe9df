type Entry = { readonly ptsUs: number; isDoubtful: boolean; tell?: () => void };

/** B-pictures come in every group of pictures, or in none. */
const REMEMBERED_UNITS = 32;

/**
 * Puts the fates of a connection's units into presentation order. A decoder keeps that order but where it lacks what was lost, and
 * a unit that is passed over has its fate at once: of B-pictures either may be told before one that is shown earlier has arrived.
 * Where there are none nothing waits.
 */
export class PresentationOrder {
  /** Units whose fates were not told, by presentation time. */
  readonly #entries: Entry[] = [];
  #newestUs = -Infinity;
  #unitsSinceReordered = Infinity;

  /** A unit has arrived. @param ptsUs unlike that of any other unit */
  arrived(ptsUs: number): void {
    const after = this.#entries.findLastIndex((entry) => entry.ptsUs < ptsUs);
    this.#entries.splice(after + 1, 0, { ptsUs, isDoubtful: false });
    this.#unitsSinceReordered = ptsUs < this.#newestUs ? 0 : this.#unitsSinceReordered + 1;
    this.#newestUs = Math.max(this.#newestUs, ptsUs);
    this.#flush();
  }

  /** The next unit lacks something: what a decoder conceals that with may harm pictures that it still holds back. */
  lost(): void {
    if (!this.#isReordering) return;
    for (const entry of this.#entries) entry.isDoubtful ||= entry.tell === undefined;
  }

  /** A unit's fate is known. @param tell called once, in the unit's turn, with whether its picture may have been harmed */
  known(ptsUs: number, tell: (isDoubtful: boolean) => void): void {
    const entry = this.#entries.find((each) => each.ptsUs === ptsUs);
    if (entry === undefined) return;
    entry.tell = () => tell(entry.isDoubtful);
    this.#flush();
  }

  /** No unit and no fate comes any more. */
  end(): void {
    for (const { tell } of this.#entries.splice(0)) tell?.();
  }

  get #isReordering(): boolean {
    return this.#unitsSinceReordered < REMEMBERED_UNITS;
  }

  #flush(): void {
    while (this.#entries[0]?.tell !== undefined) {
      // What is shown before it may still arrive.
      if (this.#isReordering && this.#entries[0].ptsUs === this.#newestUs) return;
      this.#entries.shift()!.tell!();
    }
  }
}
