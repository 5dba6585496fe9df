import assert from 'node:assert/strict';
import { idleFree } from '../../src/scheduling/policies/idle-free.js';
import { idleNext } from '../../src/scheduling/policies/idle-next.js';
import { shrinkingTail } from '../../src/scheduling/policies/shrinking-tail.js';
import { threshold } from '../../src/scheduling/policies/threshold.js';
import type { Policy } from '../../src/scheduling/policy.js';
import { runtimeProfile, type RuntimeProfile } from '../../src/scheduling/runtime-profile.js';
import { staleness } from '../../src/scheduling/staleness.js';
import { randomSource } from '../helpers/random.js';

/** Runtimes in frames: log-normal with a mean and a coefficient of variation. */
function lognormal(mean: number, jitter: number, seed: number): () => number {
  const sigma = Math.sqrt(Math.log(1 + jitter * jitter));
  const mu = Math.log(mean) - (sigma * sigma) / 2;
  const { gaussian } = randomSource(seed);
  return () => Math.exp(mu + sigma * gaussian());
}

/** Mean of (frame index − input index of the last output) over a run of `frames` frames of one interval each. */
function meanStaleness<M>(policy: Policy<M>, runtime: RuntimeProfile, draw: () => number, frames: number): number {
  const outputs: { atFrames: number; input: number }[] = [];
  let { initial: memory } = policy;
  let lastRunSeq = -1;
  let now = 0;
  while (now < frames) {
    let seq = Math.floor(now);
    let trigger: 'frame-arrived' | 'detector-freed' = 'detector-freed';
    for (;;) {
      if (seq > lastRunSeq) {
        const state = { seq, lastRunSeq, ageFrames: now - seq, intervalMs: 1, runtime, trigger };
        const answer = policy.decide(state, memory);
        memory = answer.memory;
        if (answer.decision === 'run') break;
      }
      seq += 1;
      now = seq;
      trigger = 'frame-arrived';
    }
    now += draw();
    lastRunSeq = seq;
    outputs.push({ atFrames: now, input: seq });
  }
  let output = -1;
  let sum = 0;
  let count = 0;
  for (let frame = 0; frame < frames; frame++) {
    while (output + 1 < outputs.length && outputs[output + 1].atFrames <= frame) output++;
    if (output < 0) continue;
    sum += frame - outputs[output].input;
    count += 1;
  }
  return sum / count;
}

describe('threshold policy', () => {
  for (const mean of [0.9, 1, 1.05, 1.1]) {
    for (const jitter of [0.15, 0.2]) {
      it(`beats idle-free, idle-next and shrinking-tail at ${mean} frames with ${jitter * 100} % jitter`, () => {
        const draw = lognormal(mean, jitter, 7);
        const runtime = runtimeProfile(Array.from({ length: 2000 }, draw));
        const reached = (policy: Policy<never>): number =>
          meanStaleness(policy, runtime, lognormal(mean, jitter, 11), 40_000);
        const best = reached(threshold as Policy<never>);
        for (const other of [idleFree, idleNext, shrinkingTail]) {
          assert.ok(best < reached(other as Policy<never>) - 0.01, `${best} against ${other.name}`);
        }
      });
    }
  }

  it('reaches the staleness that it predicts', () => {
    const runtime = runtimeProfile(Array.from({ length: 2000 }, lognormal(1, 0.15, 3)));
    const reached = meanStaleness(threshold, runtime, lognormal(1, 0.15, 5), 40_000);
    assert.ok(Math.abs(reached - staleness(runtime, 1).meanStaleness) < 0.03);
  });

  it('is as good as the shrinking tail for constant runtimes', () => {
    const runtime = runtimeProfile([1.5]);
    const tail = meanStaleness(shrinkingTail, runtime, () => 1.5, 10_000);
    assert.ok(meanStaleness(threshold, runtime, () => 1.5, 10_000) <= tail + 1e-3);
  });

  it('keeps its rule if the runtimes and the interval hardly change', () => {
    const rule = staleness(runtimeProfile([10, 20]), 30);
    assert.equal(staleness(runtimeProfile([10.1, 20]), 30, rule), rule);
    assert.equal(staleness(runtimeProfile([10, 20]), 30.02, rule), rule);
    assert.notEqual(staleness(runtimeProfile([20, 20]), 30, rule), rule);
    assert.notEqual(staleness(runtimeProfile([10, 20]), 31, rule), rule);
  });
});
