import { fixedKind } from '../../core/named-kind.js';
import { opaque, type Policy, type PolicyKind } from '../policy.js';
import { staleness, type StalenessRule } from '../staleness.js';

/** Waits if that lowers the expected staleness over the whole runtime distribution; see {@link staleness}. */
export const threshold: Policy<{ readonly rule: StalenessRule | undefined }> = {
  name: 'threshold',
  initial: { rule: undefined },
  decide({ seq, lastRunSeq, ageFrames, intervalMs, runtime }, memory) {
    // After one interval, the next frame is overdue: the stream stalls, and the wait has no known end.
    if (runtime === undefined || lastRunSeq < 0 || ageFrames >= 1) return { decision: 'run', memory };
    const rule = staleness(runtime, intervalMs, memory.rule);
    const wait = rule.shouldWait(seq - lastRunSeq, ageFrames);
    return { decision: wait ? 'wait' : 'run', memory: { rule } };
  },
};

export const thresholdKind: PolicyKind = fixedKind(
  opaque(threshold),
  'Waits where the whole distribution of runtimes promises fresher results.',
);
