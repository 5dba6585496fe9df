/** Figures of latency and age are medians over this time, so that they agree. */
export const FIGURE_MS = 1500;

type Age = { readonly atMs: number; readonly ageMs: number; readonly uncertaintyMs: number };

/**
 * The ages of the newest answers when pictures were captured. An age is the latency of the answer and the wait since,
 * so it is never below the latency.
 */
export class RecentAges {
  readonly #ages: Age[] = [];

  push(age: Age): void {
    this.#ages.push(age);
    while (this.#ages[0].atMs < age.atMs - FIGURE_MS) this.#ages.shift();
  }

  /** The medians over the last pictures; undefined without a picture of that time. */
  typicalAt(nowMs: number): Omit<Age, 'atMs'> | undefined {
    const newest = this.#ages.at(-1);
    if (newest === undefined || newest.atMs < nowMs - FIGURE_MS) return undefined;
    return {
      ageMs: median(this.#ages.map(({ ageMs }) => ageMs)),
      uncertaintyMs: median(this.#ages.map(({ uncertaintyMs }) => uncertaintyMs)),
    };
  }
}

/** The upper one of an even number. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
