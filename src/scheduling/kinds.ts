import { UsageError } from '../core/errors.js';
import { findNamed, formsOf } from '../core/named-kind.js';
import { everyKind } from './policies/every.js';
import { idleFreeKind } from './policies/idle-free.js';
import { idleNextKind } from './policies/idle-next.js';
import { shrinkingTailKind } from './policies/shrinking-tail.js';
import { strideKind } from './policies/stride.js';
import { thresholdKind } from './policies/threshold.js';
import type { Policy, PolicyKind } from './policy.js';

/** The schedules of configurations, flags and the documentation. */
export const POLICIES: readonly PolicyKind[] = [
  idleFreeKind,
  idleNextKind,
  shrinkingTailKind,
  thresholdKind,
  strideKind,
  everyKind,
];

/**
 * @param name one of the forms of `kinds`, with a number for N
 * @throws UsageError naming the value and the allowed forms
 */
export function policyByName(name: string, kinds: readonly PolicyKind[] = POLICIES): Policy {
  const found = findNamed(kinds, name);
  if (found === undefined) throw new UsageError(`schedule "${name}" is unknown; choose one of ${formsOf(kinds)}`);
  return found;
}
