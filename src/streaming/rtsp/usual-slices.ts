const FIRST_PROOF = 8;
const LONGEST_PROOF = 1_024;

/**
 * Knows how many slices the pictures of a stream have, where that is always the same. Key pictures have a count of their own:
 * nothing that holds for the others is risked on them.
 */
export class UsualSlices {
  readonly #seen = { key: { slices: 0, pictures: 0 }, other: { slices: 0, pictures: 0 } };
  /** So many pictures in a row must have had the same count; twice as many after each time that it was wrong. */
  #proof = FIRST_PROOF;

  /** A picture has ended by what came after it, and nothing of it was lost. */
  ended(slices: number, isKey: boolean): void {
    const seen = this.#of(isKey);
    seen.pictures = seen.slices === slices ? seen.pictures + 1 : 1;
    seen.slices = slices;
  }

  /** A picture with so many slices is whole. */
  isReached(slices: number, isKey: boolean): boolean {
    const seen = this.#of(isKey);
    return seen.pictures >= this.#proof && slices === seen.slices;
  }

  /** A picture that was taken for whole went on. */
  wasWrong(): void {
    this.#proof = Math.min(2 * this.#proof, LONGEST_PROOF);
    for (const seen of Object.values(this.#seen)) seen.pictures = 0;
  }

  #of(isKey: boolean): { slices: number; pictures: number } {
    return isKey ? this.#seen.key : this.#seen.other;
  }
}
