import type { PerceptEvent } from '../core/events.js';

/** The percept for a picture. */
export type ShownPercept = {
  readonly percept: PerceptEvent;
  /** Age difference: how much older the observation is than the picture; 0 if it observed this very picture. */
  readonly ageMs: number;
};

/** Containers round times to a millisecond (Matroska). */
const CONTAINER_TOLERANCE_MS = 1;
/** Percepts of several detectors may come out of order, by less than this. */
const LOOK_AHEAD_MS = 2000;

/** Finds for each picture of one stream, in presentation order, the newest percept observed by then. */
export class PerceptTimeline {
  readonly #source: AsyncIterator<PerceptEvent, unknown> | Iterator<PerceptEvent, unknown>;
  /** Percepts that were read but not shown yet, by presentation time. */
  readonly #ahead: PerceptEvent[] = [];
  readonly #toleranceMs: number;
  #shown: PerceptEvent | undefined;
  #ended = false;

  /** @param toleranceMs largest time difference between a picture and its own percept */
  constructor(percepts: AsyncIterable<PerceptEvent> | Iterable<PerceptEvent>, toleranceMs = CONTAINER_TOLERANCE_MS) {
    this.#toleranceMs = toleranceMs;
    this.#source = Symbol.asyncIterator in percepts ? percepts[Symbol.asyncIterator]() : percepts[Symbol.iterator]();
  }

  /** @param ptsMs at least that of the previous call; a picture that comes too late has no percept */
  async at(ptsMs: number): Promise<ShownPercept | undefined> {
    await this.#readTo(ptsMs + LOOK_AHEAD_MS);
    while (this.#ahead.length > 0 && this.#ahead[0].ptsMs <= ptsMs + this.#toleranceMs)
      this.#shown = this.#ahead.shift();
    if (this.#shown === undefined) return undefined;
    const ageMs = ptsMs - this.#shown.ptsMs;
    if (ageMs < -this.#toleranceMs) return undefined;
    return { percept: this.#shown, ageMs: ageMs <= this.#toleranceMs ? 0 : ageMs };
  }

  /** Closes the source of the percepts. */
  async close(): Promise<void> {
    this.#ended = true;
    await this.#source.return?.();
  }

  async #readTo(ptsMs: number): Promise<void> {
    while (!this.#ended && (this.#ahead.at(-1)?.ptsMs ?? -Infinity) <= ptsMs) {
      const next = await this.#source.next();
      if (next.done === true) {
        this.#ended = true;
        return;
      }
      const percept = next.value;
      const after = this.#ahead.findLastIndex((other) => other.ptsMs <= percept.ptsMs);
      this.#ahead.splice(after + 1, 0, percept);
    }
  }
}
