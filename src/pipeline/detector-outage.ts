/**
 * Whether the detector is away after a loss. The operator that runs it reports this, and the schedule gives the reason
 * to the frames that it passes over meanwhile.
 */
export class DetectorOutage {
  readonly #waits = new Set<() => void>();
  #isLastFrameIn = false;
  #losses = 0;

  /** Losses of the detector so far. */
  get losses(): number {
    return this.#losses;
  }

  /** True from a loss until the detector is back; for good, if nobody waits for it any more. */
  get isDown(): boolean {
    return this.#waits.size > 0;
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
    this.#losses += 1;
    this.#waits.add(giveUp);
    if (this.#isLastFrameIn) giveUp();
    return () => this.#waits.delete(giveUp);
  }

  /** No further frame comes: the run does not wait for a detector that is away. */
  lastFrameIn(): void {
    if (this.#isLastFrameIn) return;
    this.#isLastFrameIn = true;
    for (const giveUp of [...this.#waits]) giveUp();
  }
}
