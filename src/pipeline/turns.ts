/** A stream that could not run for so many turns gets no more of them back. */
const MOST_CREDIT = 8;
/** Places begin at zero again from here on, so that rounding stays far below a turn for as long as cameras run. */
const MOST_VALUE = 1e6;
/** Rounding may leave this much. */
const NEGLIGIBLE = 1e-6;

/** The place of a stream among those at the same detector. */
export class Place {
  /** In turns of priority 1. The stream with the least value goes first. */
  value: number;
  readonly priority: number;

  constructor(value: number, priority: number) {
    this.value = value;
    this.priority = priority;
  }

  /** How much of its credit the stream needs to be level with another, from 0 (none) to 1 (all). */
  need(other: number): number {
    return Math.max(0, Math.min(1, ((other - this.value) * this.priority) / MOST_CREDIT));
  }
}

/**
 * The turns of streams at a detector, by start-time fair queueing (Goyal, Vin and Cheng 1996): each run moves its
 * stream's place on by one turn, divided by the stream's priority, and the stream that is farthest behind goes first.
 * The time since the last run alone would forget that a stream had been passed over for long; so unlike the original,
 * a stream that had no frame in time is given turns back.
 */
export class Turns {
  #foremost = 0;
  readonly #places = new Set<Place>();

  /** Adds a stream, which has its first turn as soon as those that wait now have had theirs. */
  join(priority: number): Place {
    const place = new Place(this.#foremost + 1 / priority, priority);
    this.#places.add(place);
    return place;
  }

  leave(place: Place): void {
    this.#places.delete(place);
  }

  /** Moves the place of a stream that runs. */
  take(place: Place): void {
    this.#foremost = Math.max(this.#foremost, place.value);
    place.value += 1 / place.priority;
    this.#boundCredit();
    if (this.#foremost > MOST_VALUE) this.#beginAtZero();
  }

  #beginAtZero(): void {
    for (const place of this.#places) place.value -= this.#foremost;
    this.#foremost = 0;
  }

  /**
   * Takes what is above the bound from the widest gap between the place and the foremost one, so that the streams on
   * either side keep their distances: if each stream lost its own excess, one of several in the same position would pay
   * for all of them. From the foremost place back, so that no stream loses more than the turn that was taken.
   */
  #boundCredit(): void {
    const behind = [...this.#places].filter(({ value }) => value < this.#foremost).sort((a, b) => b.value - a.value);
    const gap = (i: number): number => (behind[i - 1]?.value ?? this.#foremost) - behind[i].value;
    for (const [last, { value, priority }] of behind.entries()) {
      let excess = this.#foremost - value - MOST_CREDIT / priority;
      while (excess > NEGLIGIBLE) {
        let widest = last;
        for (let i = 0; i < last; i++) if (gap(i) > gap(widest)) widest = i;
        const lift = Math.min(excess, gap(widest));
        for (const place of behind.slice(widest)) place.value += lift;
        excess -= lift;
      }
    }
  }
}
