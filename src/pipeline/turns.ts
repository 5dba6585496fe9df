/** A stream that could not run for so many turns gets no more of them back. */
const MOST_CREDIT = 8;

/**
 * The turns of streams at a detector, by start-time fair queueing (Goyal, Vin and Cheng 1996): each run moves its
 * stream's place on by one turn, divided by the stream's priority, and the stream that is farthest behind goes first.
 * The time since the last run alone would forget that a stream had been passed over for long; so unlike the original,
 * a stream that had no frame in time is given turns back.
 */
export class Turns {
  #foremost = 0;

  /** The place of a stream before its first run. */
  first(priority: number): number {
    return this.#foremost + 1 / priority;
  }

  /** @returns the place of a stream after a run from `place` */
  taken(place: number, priority: number): number {
    const start = Math.max(place, this.#foremost - MOST_CREDIT / priority);
    this.#foremost = Math.max(this.#foremost, start);
    return start + 1 / priority;
  }

  /** How much of its credit a stream needs to be level with another, from 0 (none) to 1 (all). */
  static need(place: number, priority: number, other: number): number {
    return Math.max(0, Math.min(1, ((other - place) * priority) / MOST_CREDIT));
  }
}
