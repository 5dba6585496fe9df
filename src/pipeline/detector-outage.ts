/** Losses of one detector, for all runs that share it. */
export type DetectorLosses = {
  /** So far. */
  count: number;
  /** Losses after which the detector is not back yet. */
  readonly open: Set<object>;
};

/**
 * Whether the detector is away after a loss. The operator that runs it reports this, and the schedule gives the reason
 * to the frames that it passes over meanwhile.
 */
export class DetectorOutage {
  readonly #losses: DetectorLosses;
  readonly #waits = new Set<() => void>();
  #isLastFrameIn = false;

  /** @param losses of a detector that other runs use, too */
  constructor(losses: DetectorLosses = { count: 0, open: new Set() }) {
    this.#losses = losses;
  }

  /** Losses of the detector so far. */
  get losses(): number {
    return this.#losses.count;
  }

  /** True from a loss until the detector is back; for good, if nobody waits for it any more. */
  get isDown(): boolean {
    return this.#losses.open.size > 0;
  }

  /** True if the detector is away and no run waits for it: the frames that are left will not be detected. */
  get isFinal(): boolean {
    return this.#isLastFrameIn && this.isDown;
  }

  /**
   * Begins a wait for the detector.
   * @param giveUp called once no further frame comes, so that a run can end while its detector is away
   * @returns ends the wait, because the detector is back
   */
  begin(giveUp: () => void): () => void {
    this.#losses.count += 1;
    this.#losses.open.add(giveUp);
    this.#waits.add(giveUp);
    if (this.#isLastFrameIn) giveUp();
    return () => {
      this.#losses.open.delete(giveUp);
      this.#waits.delete(giveUp);
    };
  }

  /** No further frame comes: the run does not wait for a detector that is away. */
  lastFrameIn(): void {
    if (this.#isLastFrameIn) return;
    this.#isLastFrameIn = true;
    for (const giveUp of [...this.#waits]) giveUp();
  }
}
