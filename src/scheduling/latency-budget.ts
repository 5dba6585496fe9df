/** What to do with the newest frame while the detector is free. */
export type BudgetVerdict = 'in-time' | 'late' | 'hopeless';

export type LatencyState = {
  /** How long ago the frame was captured. */
  readonly ageMs: number;
  /** How much of that age had passed when the frame arrived: network and decoding. */
  readonly transportMs: number;
  /** The detector's median runtime; 0 while nothing was measured yet. */
  readonly medianRuntimeMs: number;
};

/**
 * Judges whether a result could still come out within the latency budget.
 *
 * - `in-time`: age plus the median runtime stays within the budget; run it.
 * - `late`: it would not, but a frame taken on arrival would; drop it and await the next.
 * - `hopeless`: even a frame taken on arrival would come out too late, so waiting gains nothing; run the newest all
 *   the same and mark its percept.
 *
 * @param budgetMs the oldest a frame may be when its result comes out; undefined means there is no budget
 */
export function judgeLatency(state: LatencyState, budgetMs: number | undefined): BudgetVerdict {
  if (budgetMs === undefined || state.ageMs + state.medianRuntimeMs <= budgetMs) return 'in-time';
  return state.transportMs + state.medianRuntimeMs > budgetMs ? 'hopeless' : 'late';
}
