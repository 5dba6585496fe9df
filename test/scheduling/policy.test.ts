import assert from 'node:assert/strict';
import { policyByName } from '../../src/scheduling/kinds.js';
import type { Policy, ScheduleState } from '../../src/scheduling/policy.js';
import { runtimeProfile } from '../../src/scheduling/runtime-profile.js';

const state = (over: Partial<ScheduleState> = {}): ScheduleState => ({
  seq: 5,
  lastRunSeq: 4,
  ageFrames: 0,
  intervalMs: 10,
  runtime: runtimeProfile([15]),
  trigger: 'detector-freed',
  ...over,
});
const decide = (policy: Policy, over?: Partial<ScheduleState>): string =>
  policy.decide(state(over), policy.initial).decision;

describe('policies', () => {
  it('idle-next waits for a fresh frame if the detector finds one waiting', () => {
    const policy = policyByName('idle-next');
    assert.equal(decide(policy, { trigger: 'detector-freed' }), 'wait');
    assert.equal(decide(policy, { trigger: 'frame-arrived' }), 'run');
  });

  it('shrinking-tail waits exactly if r < floor(tail + r), and only above one frame of runtime', () => {
    const policy = policyByName('shrinking-tail');
    assert.equal(decide(policy, { ageFrames: 0.49 }), 'run');
    assert.equal(decide(policy, { ageFrames: 0.51 }), 'wait');
    assert.equal(decide(policy, { ageFrames: 0.51, runtime: runtimeProfile([10]) }), 'run');
    assert.equal(decide(policy, { ageFrames: 0.99, runtime: undefined }), 'run');
  });

  it('threshold runs a frame whose successor is overdue, as in a stalled stream', () => {
    assert.equal(decide(policyByName('threshold'), { ageFrames: 0.9, runtime: runtimeProfile([10]) }), 'wait');
    assert.equal(decide(policyByName('threshold'), { ageFrames: 1.9, runtime: runtimeProfile([10]) }), 'run');
  });

  it('stride runs the first of every N offered frames', () => {
    const policy = policyByName('stride:3');
    let { initial: memory } = policy;
    const decisions = Array.from({ length: 7 }, () => {
      const answer = policy.decide(state(), memory);
      memory = answer.memory;
      return answer.decision;
    });
    assert.deepEqual(decisions, ['run', 'drop', 'drop', 'run', 'drop', 'drop', 'run']);
  });
});
