import assert from 'node:assert/strict';
import { faultsOfRecording } from '../../../fuzz/chaos/judge.js';
import type { RunSummary } from '../../../src/app/run/summary.js';
import {
  dropOf,
  type DropEvent,
  type GapEvent,
  type PerceptEvent,
  type PipelineEvent,
} from '../../../src/core/events.js';
import { FrameLedger } from '../../helpers/frames.js';

const ledger = new FrameLedger();

function drop(seq: number, capturedAtMs: number, epoch = 0): DropEvent {
  return dropOf(ledger.frame('cam', seq, { capturedAtMs, epoch }), 'detector-down', capturedAtMs);
}

function percept(seq: number, capturedAtMs: number): PerceptEvent {
  const { reason: _reason, atMs: _atMs, ...ref } = drop(seq, capturedAtMs);
  const at = capturedAtMs;
  return {
    ...ref,
    type: 'percept',
    width: 64,
    height: 48,
    times: {
      capturedAtMs: at,
      readyAtMs: at,
      startedAtMs: at,
      inferStartMs: at,
      inferEndMs: at,
      doneAtMs: at,
      emittedAtMs: at,
    },
    detections: [],
    overBudget: false,
  };
}

const gap = (fromMs: number, toMs: number): GapEvent => ({ type: 'gap', streamId: 'cam', fromMs, toMs, why: 'cut' });

function judge(events: readonly PipelineEvent[], over: { readonly received?: number } = {}): string[] {
  const percepts = events.filter(({ type }) => type === 'percept').length;
  const drops = events.filter(({ type }) => type === 'drop').length;
  const counts = { received: percepts + drops, percepts, drops: { 'detector-down': drops }, inFlight: 0, ...over };
  return faultsOfRecording(events, { streams: { cam: counts } } as unknown as RunSummary);
}

describe('the judge of chaos', () => {
  it('accepts a run whose frames and gaps add up, in any order', () => {
    assert.deepEqual(
      judge([drop(1, 40), percept(0, 0), gap(40, 4000), percept(2, 4000), drop(3, 4040, 1), gap(4000, 4040)]),
      [],
    );
  });

  it('takes no jump of an estimate for a hole, if the stated uncertainty explains it', () => {
    const early = { ...percept(0, 0), uncertaintyMs: 3725 };
    assert.deepEqual(judge([early, { ...percept(1, 3776), uncertaintyMs: 5 }]), []);
    assert.equal(judge([early, { ...percept(1, 5300), uncertaintyMs: 5 }]).length, 1);
  });

  it('takes no long interval of a slow camera for a hole, unless it is much longer than the others', () => {
    const slow = Array.from({ length: 8 }, (_, seq) => percept(seq, 800 * seq));
    assert.deepEqual(judge([...slow, percept(8, 7 * 800 + 2500)]), []);
    assert.equal(judge([...slow, percept(8, 7 * 800 + 4000)]).length, 1);
  });

  for (const [fault, events, message] of [
    ['a frame without an outcome', [percept(0, 0), percept(2, 80), percept(3, 120)], 'cam has no outcome for frame 1'],
    ['a frame with two outcomes', [percept(0, 0), percept(1, 40), drop(1, 40)], 'cam has 2 outcomes for frame 1'],
    ['a hole without a gap', [percept(0, 0), percept(1, 4000)], 'cam has no gap between frames 0 and 1, 4000 ms apart'],
    [
      'a gap elsewhere',
      [gap(9000, 9900), percept(0, 0), percept(1, 4000)],
      'cam has no gap between frames 0 and 1, 4000 ms apart',
    ],
    [
      'a new connection without a gap',
      [percept(0, 0), drop(1, 40, 1)],
      'cam has no gap between frames 0 and 1, 40 ms apart',
    ],
    ['a run without a percept', [drop(0, 0)], 'cam has no percept'],
  ] as const)
    it(`finds ${fault}`, () => assert.ok(judge(events).includes(message), judge(events).join()));

  it('finds counts that do not add up', () => {
    assert.deepEqual(judge([percept(0, 0)], { received: 2 }), [
      'cam received 2 frames, but 1 are recorded',
      'cam received 2, but has 1 percepts and 0 drops',
    ]);
  });
});
