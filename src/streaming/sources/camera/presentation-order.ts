type Entry = { readonly ptsUs: number; tell?: () => void };

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
    this.#entries.splice(after + 1, 0, { ptsUs });
    this.#unitsSinceReordered = ptsUs < this.#newestUs ? 0 : this.#unitsSinceReordered + 1;
    this.#newestUs = Math.max(this.#newestUs, ptsUs);
    this.#flush();
  }

  /** A unit's fate is known. @param tell called once, in the unit's turn */
  known(ptsUs: number, tell: () => void): void {
    const entry = this.#entries.find((each) => each.ptsUs === ptsUs);
    if (entry === undefined) return;
    entry.tell = tell;
    this.#flush();
  }

  /** No unit and no fate comes any more. */
  end(): void {
    for (const { tell } of this.#entries.splice(0)) tell?.();
  }

  #flush(): void {
    while (this.#entries[0]?.tell !== undefined) {
      // What is shown before it may still arrive.
      if (this.#unitsSinceReordered < REMEMBERED_UNITS && this.#entries[0].ptsUs === this.#newestUs) return;
      this.#entries.shift()!.tell!();
    }
  }
}
