/** Packets and pictures are numbered in the order in which they are decoded. */
export type Damage = {
  /** The first packet that may be damaged. */
  readonly from: number;
  /** The last one. A sound key picture from here on ends the damage. */
  readonly to: number;
  /** A key picture may be damaged itself, not only what it is built on. */
  readonly inPicture: boolean;
};

/** Streams that begin with their only key picture are refreshed gradually, within this many pictures. */
const MENDED_AFTER_PICTURES = 300;
/** Of more, the oldest are taken together. */
const MOST_DAMAGES = 64;

/** The damages of one stream, until key pictures or gradual refreshes mend them. */
export class Damages {
  /** Nothing depends on another picture. */
  readonly #isIntra: boolean;
  #all: Damage[] = [];
  #keyCount = 0;
  /** The newest key picture that only begins a gradual refresh. */
  #refreshAt: number | undefined;

  constructor(isIntra: boolean) {
    this.#isIntra = isIntra;
  }

  add(damage: Damage): void {
    const last = this.#all.at(-1);
    if (last?.to === damage.to && last.from <= damage.from && last.inPicture === damage.inPicture) return;
    this.#all.push(damage);
    if (this.#all.length <= MOST_DAMAGES) return;
    const [first, second] = this.#all.splice(0, 2);
    this.#all.unshift({
      from: Math.min(first.from, second.from),
      to: Math.max(first.to, second.to),
      inPicture: first.inPicture || second.inPicture,
    });
  }

  /** Whether a picture is damaged, or built on one that is. */
  spoils(index: number): boolean {
    return this.#all.some(({ from, to }) => from <= index && (!this.#isIntra || index <= to));
  }

  /** Forgets damages that a gradual refresh has mended by now, in a stream that showed no second key picture. */
  passed(index: number): void {
    if (this.#keyCount < 2 && this.#all.length > 0)
      this.#all = this.#all.filter(({ to }) => index - to < MENDED_AFTER_PICTURES);
  }

  /** A key picture came out. @param isComplete as opposed to one that only begins a gradual refresh */
  mend(index: number, isComplete: boolean): void {
    if (isComplete) {
      this.#keyCount++;
      if (this.#all.some(({ from, to, inPicture }) => inPicture && from <= index && index <= to)) return;
      this.#refreshAt = undefined;
      this.#all = this.#all.filter(({ to }) => to > index);
      return;
    }
    // A gradual refresh is complete when the next one begins.
    const begunAt = this.#refreshAt;
    if (begunAt !== undefined) this.#all = this.#all.filter(({ to }) => to > begunAt);
    this.#refreshAt = index;
  }
}
