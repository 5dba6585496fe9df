/** What became of frames that were dropped, in the order in which charts show it. */
export const DROP_OUTCOMES: readonly string[] = [
  'superseded',
  'stride',
  'detect-off',
  'policy',
  'stopped',
  'late',
  'behind',
  'corrupt',
  'detector-failed',
  'detector-down',
];

/** One of {@link DROP_OUTCOMES}. A program's own policies give reasons of any text. */
export function dropOutcome(reason: string): string {
  return reason.startsWith('policy:') ? 'policy' : reason;
}

/**
 * True if a camera that is well drops frames for this reason: somebody has asked for it, by a switch, a reload, the
 * schedule or a policy, or the schedule keeps up with the newest frame.
 */
export function isUsualDrop(reason: string): boolean {
  return USUAL.has(dropOutcome(reason));
}

const USUAL: ReadonlySet<string> = new Set(['superseded', 'stride', 'detect-off', 'policy', 'stopped']);
