import { fixedKind } from '../../core/named-kind.js';
import { opaque, stateless, type Policy, type PolicyKind } from '../policy.js';

/**
 * Waits for the next frame if a run on it would end in the same frame interval as a run that starts now. Source: Li et
 * al. 2020, section 3.2 ("shrinking tail"); mtli/sAP `det/srt_det.py`, `--dynamic-schedule`.
 */
export const shrinkingTail: Policy<null> = stateless('shrinking-tail', ({ ageFrames, intervalMs, runtime }) => {
  if (runtime === undefined) return 'run';
  const meanFrames = runtime.meanMs / intervalMs;
  if (meanFrames <= 1) return 'run';
  const tail = ageFrames - Math.floor(ageFrames);
  return meanFrames < Math.floor(tail + meanFrames) ? 'wait' : 'run';
});

export const shrinkingTailKind: PolicyKind = fixedKind(
  opaque(shrinkingTail),
  'Waits if a run on the next frame would end in the same frame interval (Li et al. 2020).',
);
