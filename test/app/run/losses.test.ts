import assert from 'node:assert/strict';
import { lossesOf, lossFailure, outputFailure } from '../../../src/app/run/losses.js';
import { dropOf, type DropReason, type PipelineEvent } from '../../../src/core/events.js';
import { Measurements } from '../../../src/pipeline/measurements.js';
import { FrameLedger } from '../../helpers/frames.js';

const NONE = { boxes: 0, pictures: 0 };

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
    const snapshot = snapshotOf({
      a: ['percept', 'corrupt', 'superseded', 'detector-failed', 'detector-down', 'corrupt', 'late'],
    });
    assert.deepEqual(lossesOf(snapshot, NONE), [
      '2 of 7 frames were damaged (dropped as corrupt)',
      '1 of 7 frames were lost by the detector (dropped as detector-failed)',
      '1 of 7 frames came while the detector hung or restarted (dropped as detector-down)',
    ]);
  });

  it('name the stream where there are several', () => {
    assert.deepEqual(lossesOf(snapshotOf({ a: ['percept'], b: ['corrupt', 'percept'] }), NONE), [
      'b: 1 of 2 frames were damaged (dropped as corrupt)',
    ]);
  });

  it('fail a run that detected nothing, and a strict one at the first', () => {
    const message = (outcomes: Outcomes, isStrict: boolean): string | undefined =>
      lossFailure(snapshotOf(outcomes), { unusable: NONE, omissions: [] }, isStrict)?.message;
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
    const omitted = { unusable: NONE, omissions: ['a: 1 picture of 2 cannot be read: b.jpg'] };
    assert.equal(lossFailure(snapshot, omitted, false), undefined);
    assert.match(
      lossFailure(snapshot, omitted, true)!.message,
      /^a: 1 picture of 2 cannot be read: b\.jpg; without --strict/,
    );
  });

  it('count the predictions that are NaN or infinite, and fail a strict run', () => {
    const unusable = { boxes: 3, pictures: 2 };
    const text =
      '3 predictions of the network in 2 frames were left out, because they are NaN, infinite or of negative size';
    assert.deepEqual(lossesOf(snapshotOf({ a: ['percept', 'percept'] }), unusable), [text]);
    const strict = lossFailure(snapshotOf({ a: ['percept', 'percept'] }), { unusable, omissions: [] }, true);
    assert.equal(strict?.message, `${text}; without --strict the run accepts that`);
  });

  it('fail a run whose network gave such predictions for each frame, and nothing else', () => {
    const failure = (pictures: number, hasDetected: boolean) =>
      outputFailure(snapshotOf({ a: ['percept', 'percept', 'late'] }), { boxes: 5, pictures }, hasDetected)?.message;
    assert.equal(
      failure(2, false),
      'nothing was detected: 5 predictions of the network in 2 frames were left out, because they are NaN, infinite or of negative size; export the model in float32, or take another one',
    );
    assert.equal(failure(2, true), undefined);
    assert.equal(failure(1, false), undefined, 'an empty scene is no fault');
    assert.equal(failure(0, false), undefined);
  });
});
