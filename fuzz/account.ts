/** What became of the frames of a run, from its JSON result. */
export type Account = { readonly percepts: number; readonly dropped: number };

type Printed = {
  /** Absent in the object of an error. */
  readonly total?: { readonly percepts: number; readonly drops: Readonly<Record<string, number>> };
};

export function accountOf(stdout: string): Account {
  // A killed command prints nothing.
  if (stdout.trim() === '') return { percepts: 0, dropped: 0 };
  const { total } = JSON.parse(stdout) as Printed;
  if (total === undefined) return { percepts: 0, dropped: 0 };
  return { percepts: total.percepts, dropped: Object.values(total.drops).reduce((sum, count) => sum + count, 0) };
}
