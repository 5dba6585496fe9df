import { fixedKind } from '../../core/named-kind.js';
import { opaque, stateless, type Policy, type PolicyKind } from '../policy.js';

/** Runs the newest frame whenever the detector is free. sAP's default schedule. */
export const idleFree: Policy<null> = stateless('idle-free', () => 'run');

export const idleFreeKind: PolicyKind = fixedKind(
  opaque(idleFree),
  'Runs the newest frame whenever the detector is free.',
);
