import { ExtensionError, UsageError } from '../core/errors.js';
import { policyDropReason, type PolicyDropReason } from '../core/events.js';
import { callExtension, shown } from '../core/extension.js';
import type { Decided, Policy, ScheduleState } from './policy.js';

type PolicyReason = 'stride' | PolicyDropReason;

/** The checked decision of a policy; a drop has its reason. */
export type CheckedDecision =
  | { readonly decision: 'run' | 'wait'; readonly memory: unknown }
  | { readonly decision: 'drop'; readonly memory: unknown; readonly reason: PolicyReason };

/**
 * Asks a policy, which may be a custom one.
 * @throws ExtensionError naming the policy, if it throws or returns an invalid decision
 */
export function decide(policy: Policy, state: ScheduleState, memory: unknown): CheckedDecision {
  const decided: Partial<Decided<unknown>> | undefined = callExtension('policy', policy.name, () =>
    policy.decide(state, memory),
  );
  switch (decided?.decision) {
    case 'run':
    case 'wait':
      return { decision: decided.decision, memory: decided.memory };
    case 'drop':
      return { decision: 'drop', memory: decided.memory, reason: reasonOf(policy, decided.reason) };
    case undefined:
    default:
      throw new ExtensionError(
        'policy',
        policy.name,
        `decided ${shown(decided)}; it must return { decision: 'run', 'wait' or 'drop', memory }`,
      );
  }
}

/** @throws UsageError if the value is not a policy */
export function checkPolicy(policy: unknown): asserts policy is Policy {
  const { name, decide: rule } = (policy ?? {}) as Partial<Policy>;
  if (typeof name !== 'string' || name === '')
    throw new UsageError(`policy.name must be a text that is not empty, got ${shown(name)}`);
  if (typeof rule !== 'function')
    throw new UsageError(
      `policy "${name}": decide must be a function (state, memory) => ({ decision, memory }), got ${shown(rule)}`,
    );
}

function reasonOf({ name }: Policy, reason: unknown): PolicyReason {
  if (reason === undefined) return policyDropReason(name);
  if (reason === 'stride') return reason;
  if (typeof reason === 'string' && reason !== '') return policyDropReason(reason);
  throw new ExtensionError(
    'policy',
    name,
    `dropped a frame with the reason ${shown(reason)}; it must be a text that is not empty`,
  );
}
