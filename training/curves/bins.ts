/** A value over some steps. */
export type Bin = {
  /** The first and the last step. */
  readonly from: number;
  readonly to: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
};

/** Divides a long run into at most `most` bins of equally many entries, so that its drawing stays small. */
export function binned<T extends { readonly step: number }>(
  entries: readonly T[],
  valueOf: (entry: T) => number,
  most: number,
): Bin[] {
  const size = Math.ceil(entries.length / most);
  return Array.from({ length: size === 0 ? 0 : Math.ceil(entries.length / size) }, (_, i) => {
    const part = entries.slice(i * size, (i + 1) * size);
    const values = part.map(valueOf);
    return {
      from: part[0].step,
      to: part[part.length - 1].step,
      mean: values.reduce((sum, value) => sum + value, 0) / values.length,
      low: Math.min(...values),
      high: Math.max(...values),
    };
  });
}

/** The mean over the bins around each bin: up to `radius` bins on each side, the same number on both. */
export function smoothed(bins: readonly Bin[], radius: number): number[] {
  return bins.map((_, i) => {
    const reach = Math.min(radius, i, bins.length - 1 - i);
    const around = bins.slice(i - reach, i + reach + 1);
    return around.reduce((sum, { mean }) => sum + mean, 0) / around.length;
  });
}
