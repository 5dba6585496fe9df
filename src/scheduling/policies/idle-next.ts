import { fixedKind } from '../../core/named-kind.js';
import { opaque, stateless, type Policy, type PolicyKind } from '../policy.js';

/** Runs only frames that arrive at a free detector; frames that arrive while it is busy are skipped. */
export const idleNext: Policy<null> = stateless('idle-next', ({ trigger }) =>
  trigger === 'frame-arrived' ? 'run' : 'wait',
);

export const idleNextKind: PolicyKind = fixedKind(opaque(idleNext), 'Runs only frames that find the detector free.');
