/** A rate with a reserve: `burst` at once, `perSecond` in the long run. */
export type Rate = { readonly burst: number; readonly perSecond: number };

/** Counts against a {@link Rate}. */
export class TokenBucket {
  readonly #rate: Rate;
  #left: number;
  #filledAtMs: number;

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#left = rate.burst;
    this.#filledAtMs = nowMs;
  }

  /** @returns false if the rate is exceeded; nothing is then taken */
  take(nowMs: number, cost = 1): boolean {
    this.#fill(nowMs);
    if (this.#left < cost) return false;
    this.#left -= cost;
    return true;
  }

  left(nowMs: number): number {
    this.#fill(nowMs);
    return this.#left;
  }

  /** Takes as much of the cost as there is. */
  drain(nowMs: number, cost: number): void {
    this.#fill(nowMs);
    this.#left = Math.max(0, this.#left - cost);
  }

  #fill(nowMs: number): void {
    const { burst, perSecond } = this.#rate;
    this.#left = Math.min(burst, this.#left + ((nowMs - this.#filledAtMs) / 1000) * perSecond);
    this.#filledAtMs = nowMs;
  }
}
