import type { RunConfig } from '../../config/run-config.js';

/** The latency budgets of all cameras, in milliseconds. */
export function budgetsOf({ sources, detect: ofAll }: Pick<RunConfig, 'sources' | 'detect'>): readonly number[] {
  return sources.flatMap(({ detect = ofAll }) => detect.budgetMs ?? []);
}
