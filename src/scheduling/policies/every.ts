import { fixedKind } from '../../core/named-kind.js';
import { opaque, stateless, type Policy, type PolicyKind } from '../policy.js';

/** Runs every frame in order and drops none: for files, without a clock. */
export const every: Policy<null> = { ...stateless('every', () => 'run'), keepsAll: true };

export const everyKind: PolicyKind = fixedKind(opaque(every), 'Runs every frame of a file, however late.');
