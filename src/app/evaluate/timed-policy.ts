import { UsageError } from '../../core/errors.js';
import { formsOf } from '../../core/named-kind.js';
import { POLICIES, policyByName } from '../../scheduling/kinds.js';
import type { Policy } from '../../scheduling/policy.js';

/** The schedules that drop frames, for messages. */
export const TIMED_SCHEDULES = formsOf(POLICIES.filter(({ examples: [name] }) => !policyByName(name).keepsAll));

/**
 * @param instead the command that scores every frame
 * @throws UsageError for a schedule that is not known, or that knows no time
 */
export function timedPolicy(schedule: string, instead: string): Policy {
  const policy = policyByName(schedule);
  if (policy.keepsAll)
    throw new UsageError(`--schedule ${policy.name} drops nothing and knows no time; ${instead} scores every frame`);
  return policy;
}
