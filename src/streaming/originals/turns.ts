type Waiting = { readonly key: string; readonly begin: () => void };

/** Runs work in the order of its arrival: one piece at a time for each key, and a limited number in total. */
export class Turns {
  readonly #atOnce: number;
  readonly #maxWaiting: number;
  readonly #busy = new Set<string>();
  #waiting: readonly Waiting[] = [];

  /** @param limits `atOnce` pieces run at once, `maxWaiting` more may wait */
  constructor({ atOnce, maxWaiting }: { readonly atOnce: number; readonly maxWaiting: number }) {
    this.#atOnce = atOnce;
    this.#maxWaiting = maxWaiting;
  }

  /**
   * @param signal takes waiting work out of the queue; its promise rejects with the signal's reason
   * @returns undefined if too much waits already
   */
  run<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> | undefined {
    const mustWait = this.#busy.has(key) || this.#busy.size >= this.#atOnce;
    if (mustWait && this.#waiting.length >= this.#maxWaiting) return undefined;
    return this.#turn(key, signal).then(async () => {
      try {
        return await work();
      } finally {
        this.#busy.delete(key);
        this.#next();
      }
    });
  }

  #turn(key: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        key,
        begin: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      const leave = (): void => {
        this.#waiting = this.#waiting.filter((each) => each !== waiting);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting = [...this.#waiting, waiting];
      this.#next();
    });
  }

  #next(): void {
    for (const waiting of this.#waiting) {
      if (this.#busy.size >= this.#atOnce) return;
      if (this.#busy.has(waiting.key)) continue;
      this.#busy.add(waiting.key);
      this.#waiting = this.#waiting.filter((each) => each !== waiting);
      waiting.begin();
    }
  }
}
