/** Repeatable random numbers; the same seed gives the same numbers on every machine. */
export type Random = {
  /** In [0, 1). */
  unit(): number;
  /** In [low, high). */
  between(low: number, high: number): number;
  /** A whole number from low to high, both included. */
  integer(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(choices: readonly T[]): T;
  /** One of the choices, in proportion to their weights. */
  weighted<T>(choices: readonly (readonly [choice: T, weight: number])[]): T;
};

/** Mixes whole numbers into one of 32 bits (MurmurHash3's finalizer after each). */
export function hash(...values: readonly number[]): number {
  let h = 0x9e3779b9;
  for (const value of values) {
    h = Math.imul(h ^ value, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
  }
  return h >>> 0;
}

/** A fraction in [0, 1) that depends only on the numbers. */
export function hashUnit(...values: readonly number[]): number {
  return hash(...values) / 4294967296;
}

/** @param key whole numbers: a seed, and others that separate this generator from its siblings */
export function createRandom(...key: readonly number[]): Random {
  const start = hash(...key);
  let count = 0;
  const unit = (): number => hashUnit(start, count++);
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(unit() * choices.length)];
  return {
    unit,
    between: (low, high) => low + (high - low) * unit(),
    integer: (low, high) => low + Math.floor(unit() * (high - low + 1)),
    chance: (probability) => unit() < probability,
    pick,
    weighted: (choices) => {
      let left = unit() * choices.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [choice, weight] of choices) if ((left -= weight) < 0) return choice;
      return choices[choices.length - 1][0];
    },
  };
}
