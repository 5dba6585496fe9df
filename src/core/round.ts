/** To three decimals: microseconds for a time in milliseconds, and the precision of a detector's coordinates. */
export function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}
