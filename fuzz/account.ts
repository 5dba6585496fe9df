/** What became of the frames of a run, from its JSON result. */
export type Account = { readonly percepts: number; readonly dropped: number };

export function accountOf(stdout: string): Account {
  if (stdout.trim() === '') return { percepts: 0, dropped: 0 };
  const { total } = JSON.parse(stdout) as {
    readonly total: { readonly percepts: number; readonly drops: Readonly<Record<string, number>> };
  };
  return { percepts: total.percepts, dropped: Object.values(total.drops).reduce((sum, count) => sum + count, 0) };
}
