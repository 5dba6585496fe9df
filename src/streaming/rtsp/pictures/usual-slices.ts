const FIRST_PROOF = 8;
const LONGEST_PROOF = 1_024;

/**
 * Learns the number of slices of a stream's pictures, if it is constant. Key pictures have their own count, so that the
 * count of the others never affects them.
 */
export class UsualSlices {
  readonly #seen = { key: { slices: 0, pictures: 0 }, other: { slices: 0, pictures: 0 } };
  /** This many pictures in a row must have the same count; twice as many after each wrong guess. */
  #proof = FIRST_PROOF;

  /** Notes a picture that later data ended, and that lost no slice. */
  ended(slices: number, isKey: boolean): void {
    const seen = this.#of(isKey);
    seen.pictures = seen.slices === slices ? seen.pictures + 1 : 1;
    seen.slices = slices;
  }

  /** True if a picture with this many slices is complete. */
  isReached(slices: number, isKey: boolean): boolean {
    const seen = this.#of(isKey);
    return seen.pictures >= this.#proof && slices === seen.slices;
  }

  /** Notes that a picture continued after it counted as complete. */
  wasWrong(): void {
    this.#proof = Math.min(2 * this.#proof, LONGEST_PROOF);
    for (const seen of Object.values(this.#seen)) seen.pictures = 0;
  }

  #of(isKey: boolean): { slices: number; pictures: number } {
    return isKey ? this.#seen.key : this.#seen.other;
  }
}
