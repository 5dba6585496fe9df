/** The verdict on the newest frame while the detector is free. */
export type BudgetVerdict = 'in-time' | 'late' | 'hopeless';

export type LatencyState = {
  /** Time since the capture of the frame. */
  readonly ageMs: number;
  /** The part of that age that had passed on arrival: network and decoding. */
  readonly transportMs: number;
  /** The detector's median runtime; 0 before the first measurement. */
  readonly medianRuntimeMs: number;
};

/**
 * Judges whether a result can still come out within the latency budget.
 *
 * - `in-time`: age plus the median runtime is within the budget; run the frame.
 * - `late`: it is not, but a frame taken on arrival would be; drop the frame and await the next.
 * - `hopeless`: even a frame taken on arrival would be too late, so waiting gains nothing; run the newest anyway and
 *   mark its percept.
 * @param budgetMs the largest age of a frame when its result comes out; undefined means no budget
 */
export function judgeLatency(state: LatencyState, budgetMs: number | undefined): BudgetVerdict {
  if (budgetMs === undefined || state.ageMs + state.medianRuntimeMs <= budgetMs) return 'in-time';
  return state.transportMs + state.medianRuntimeMs > budgetMs ? 'hopeless' : 'late';
}
