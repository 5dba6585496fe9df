import { TokenBucket, type Rate } from './token-bucket.js';

/**
 * A rate that several users share. One alone may use all of it; but who asks more than half of it, or more than an
 * equal share beside several others, leaves half of the reserve to them. So programs that ask without pause keep nobody
 * else from an answer.
 */
export class SharedRate {
  readonly #rate: Rate;
  readonly #all: TokenBucket;
  readonly #own = new Map<string, TokenBucket>();

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#all = new TokenBucket(rate, nowMs);
  }

  /** @returns false if the rate is exceeded; nothing is then taken */
  take(user: string, nowMs: number): boolean {
    const { burst, perSecond } = this.#rate;
    let own = this.#own.get(user);
    if (own === undefined) {
      own = new TokenBucket({ burst: burst / 2, perSecond: perSecond / 2 }, nowMs);
      this.#own.set(user, own);
    }
    const left = this.#all.left(nowMs);
    // The shares of all together are the whole rate.
    const cost = Math.max(1, this.#own.size / 2);
    const mayTake = left >= 1 && (own.left(nowMs) >= cost || left - 1 >= burst / 2);
    if (mayTake) {
      this.#all.take(nowMs);
      own.drain(nowMs, cost);
    }
    return mayTake;
  }

  /** Forgets users who asked nothing of late; to be called from time to time. */
  tidy(nowMs: number): void {
    for (const [user, own] of this.#own) if (own.left(nowMs) >= this.#rate.burst / 2) this.#own.delete(user);
  }

  /** Users who asked lately. */
  get users(): number {
    return this.#own.size;
  }
}
