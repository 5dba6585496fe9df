/** The smallest and the largest finite number. */
export type Range = { readonly least: number; readonly most: number };

/** Rounding of quantised and half-precision networks. */
const TOLERANCE = 0.05;
/** Values closer together than this tell nothing. */
const LEAST_SPREAD = 1e-3;

/** The range of every `step`-th value from `first` on, `run` values each time; undefined if none is finite. */
export function rangeOf(values: Float32Array, first = 0, run = values.length, step = values.length): Range | undefined {
  let least = Infinity;
  let most = -Infinity;
  for (let start = first; start < values.length; start += step) {
    for (let at = start; at < start + run; at++) {
      const value = values[at];
      if (!Number.isFinite(value)) continue;
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  return most < least ? undefined : { least, most };
}

/**
 * The kind of scores that these numbers can be: negative ones are logits; a spread within 0 and 1 holds probabilities;
 * `either` where the numbers leave it open; `neither` if they begin at 0 and exceed 1, as percentages do.
 */
export function scoreKind({ least, most }: Range): 'logits' | 'probabilities' | 'either' | 'neither' {
  if (least < -TOLERANCE) return 'logits';
  if (most > 1 + TOLERANCE) return 'neither';
  return most - least < LEAST_SPREAD ? 'either' : 'probabilities';
}

/** A range for people: `-6.2 to 3.1`. */
export function rangeText({ least, most }: Range): string {
  const shown = (value: number): string => String(Number(value.toPrecision(3)));
  return `${shown(least)} to ${shown(most)}`;
}
