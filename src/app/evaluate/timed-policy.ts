import { UsageError } from '../../core/errors.js';
import { formsOf } from '../../core/named-kind.js';
import { POLICIES, policyByName } from '../../scheduling/kinds.js';
import type { Policy } from '../../scheduling/policy.js';
import { ownPolicyKind } from '../own-policy.js';
import { BUILT_IN_PARTS } from '../parts.js';

/** The schedules that can drop frames, for messages. */
export const TIMED_SCHEDULES = formsOf([
  ...POLICIES.filter(({ examples: [name] }) => !policyByName(name).keepsAll),
  ownPolicyKind,
]);

/**
 * @param schedule the name of a built-in one, or the module of another
 * @param instead the command that scores every frame
 * @throws UsageError for an unknown schedule, or one that detects on every frame
 */
export function timedPolicy(schedule: string, instead: string): Policy {
  const policy = policyByName(schedule, BUILT_IN_PARTS.policies);
  if (policy.keepsAll)
    throw new UsageError(
      `--schedule ${policy.name} detects on every frame however late, so it has no streaming AP; ${instead} scores every frame`,
    );
  return policy;
}
