import assert from 'node:assert/strict';
import { lossesOf, lossFailure } from '../../../src/app/run/losses.js';
import { dropOf, type DropReason, type PipelineEvent } from '../../../src/core/events.js';
import { Measurements } from '../../../src/pipeline/measurements.js';
import { FrameLedger } from '../../helpers/frames.js';

describe('losses of a run', () => {
  type Outcomes = Readonly<Record<string, readonly (DropReason | 'percept')[]>>;

  const times = {
    capturedAtMs: 0,
    readyAtMs: 1,
    startedAtMs: 2,
    inferStartMs: 3,
    inferEndMs: 4,
    doneAtMs: 5,
    emittedAtMs: 6,
  };
  const perceptOf = (streamId: string, seq: number): PipelineEvent => ({
    type: 'percept',
    streamId,
    seq,
    epoch: 0,
    ptsMs: 0,
    captureClock: 'arrival',
    uncertaintyMs: 1,
    width: 64,
    height: 48,
    detections: [],
    overBudget: false,
    times,
  });

  function snapshotOf(outcomes: Outcomes) {
    const measurements = new Measurements(Object.keys(outcomes));
    const ledger = new FrameLedger();
    for (const [streamId, list] of Object.entries(outcomes)) {
      for (const [seq, outcome] of list.entries()) {
        const frame = ledger.frame(streamId, seq);
        measurements.received(frame);
        measurements.emitted(outcome === 'percept' ? perceptOf(streamId, seq) : dropOf(frame, outcome, 0));
      }
    }
    return measurements.snapshot();
  }

  it('name the frames that were damaged or lost by the detector, and none that the schedule dropped', () => {
    const snapshot = snapshotOf({ a: ['percept', 'corrupt', 'superseded', 'detector-failed', 'corrupt', 'late'] });
    assert.deepEqual(lossesOf(snapshot), [
      '2 of 6 frames were damaged (dropped as corrupt)',
      '1 of 6 frames were lost by the detector (dropped as detector-failed)',
    ]);
  });

  it('name the stream where there are several', () => {
    assert.deepEqual(lossesOf(snapshotOf({ a: ['percept'], b: ['corrupt', 'percept'] })), [
      'b: 1 of 2 frames were damaged (dropped as corrupt)',
    ]);
  });

  it('fail a run that detected nothing, and a strict one at the first', () => {
    const message = (outcomes: Outcomes, isStrict: boolean): string | undefined =>
      lossFailure(snapshotOf(outcomes), [], isStrict)?.message;
    assert.equal(
      message({ a: ['corrupt', 'corrupt'] }, false),
      'nothing was detected: 2 of 2 frames were damaged (dropped as corrupt)',
    );
    assert.equal(message({ a: ['percept', 'corrupt'] }, false), undefined);
    assert.equal(
      message({ a: ['percept', 'corrupt'] }, true),
      '1 of 2 frames were damaged (dropped as corrupt); without --strict the run accepts that',
    );
    assert.equal(message({ a: ['percept', 'superseded', 'late'] }, true), undefined);
  });

  it('include the parts of sources that could not be read', () => {
    const snapshot = snapshotOf({ a: ['percept'] });
    assert.equal(lossFailure(snapshot, ['a: 1 picture of 2 cannot be read: b.jpg'], false), undefined);
    assert.match(
      lossFailure(snapshot, ['a: 1 picture of 2 cannot be read: b.jpg'], true)!.message,
      /^a: 1 picture of 2 cannot be read: b\.jpg; without --strict/,
    );
  });
});
