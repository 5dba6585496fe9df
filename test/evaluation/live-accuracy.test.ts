import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DataError } from '../../src/core/errors.js';
import type { PerceptEvent } from '../../src/core/events.js';
import { parseRecording } from '../../src/recording/reader.js';
import { TRACKERS, trackerByName } from '../../src/track/kinds.js';
import {
  LiveAccuracy,
  truthObjects,
  type LiveAccuracyOptions,
  type TruthFrame,
} from '../../evaluation/live-accuracy.js';
import { recordedRun } from '../../evaluation/recorded-run.js';
import { prepareDetections, scoreRun } from '../../evaluation/score.js';
import { FPS, jittery, play, record } from './play.js';
import { drawScene, readScene } from './scene.js';

const scene = readScene(drawScene(7, { sequences: 1, frames: 60 }));
const { truth } = scene;
const NAMES = truth.classes.map(({ name }) => name);
const objects = truthObjects(truth);
const END_MS = 1e6;

const truthFrames = truth.images.map(({ size }, seq): TruthFrame => ({
  streamId: 'drive-0',
  seq,
  capturedAtMs: (seq * 1000) / FPS,
  size: size!,
  objects: objects[seq],
}));

function perceptsOf(recording: string): PerceptEvent[] {
  const { events } = parseRecording(recording, (lineNumber) => assert.fail(`line ${lineNumber} is torn`));
  return [...events].filter((event): event is PerceptEvent => event.type === 'percept');
}

function meter(options: Partial<LiveAccuracyOptions> = {}): LiveAccuracy {
  return new LiveAccuracy({ truth, classNames: NAMES, ...options });
}

const recording = record(scene, play(scene, jittery(0.05, 1)));
const percepts = perceptsOf(recording);

describe('live accuracy', () => {
  it('with keptFrames, forgets older frames and leaves the rolling score unchanged', () => {
    const [whole, bounded] = [meter({ windowFrames: 20 }), meter({ windowFrames: 20, keptFrames: 20 })];
    for (const live of [whole, bounded]) {
      for (const percept of percepts) live.percept(percept);
      for (const frame of truthFrames) live.truth(frame);
    }
    assert.deepEqual(bounded.rolling(END_MS), whole.rolling(END_MS));
    assert.equal(bounded.overall(END_MS).pairing.frames, 20);
    assert.equal(whole.overall(END_MS).pairing.frames, truthFrames.length);
  });

  for (const forecaster of [undefined, ...TRACKERS.map(({ examples: [name] }) => trackerByName(name))]) {
    it(`equals the score of the recording${forecaster === undefined ? '' : ` after forecasting by ${forecaster.name}`}`, () => {
      fc.assert(
        fc.property(fc.nat(1e6), fc.double({ min: 0.01, max: 0.1, noNaN: true }), (seed, meanS) => {
          const text = record(scene, play(scene, jittery(meanS, seed)));
          const live = meter({ forecaster });
          for (const percept of perceptsOf(text)) live.percept(percept);
          for (const frame of truthFrames) live.truth(frame);
          const { stats, pairing } = live.overall(END_MS);

          const { run, detections, outputCount } = recordedRun(text, truth, FPS);
          const later = scoreRun(
            truth,
            run,
            prepareDetections(truth, detections, outputCount),
            0,
            forecaster,
            undefined,
          );
          assert.deepEqual(stats, later.final.stats);
          assert.deepEqual(pairing, later.streamed.pairing);
        }),
        { numRuns: 15 },
      );
    });
  }

  it('is the same for ground truth before or after the percepts, and for queries at any time', () => {
    const late = meter();
    percepts.forEach((percept) => late.percept(percept));
    truthFrames.forEach((frame) => late.truth(frame));
    const early = meter();
    truthFrames.forEach((frame) => early.truth(frame));
    for (const percept of percepts) {
      early.rolling(percept.times.emittedAtMs);
      early.percept(percept);
    }
    assert.deepEqual(early.overall(END_MS), late.overall(END_MS));
  });

  it('rolls over the newest frames that are settled', () => {
    const all = meter({ windowFrames: 20 });
    percepts.forEach((percept) => all.percept(percept));
    truthFrames.forEach((frame) => all.truth(frame));
    const newest = meter();
    percepts.forEach((percept) => newest.percept(percept));
    truthFrames.slice(-20).forEach((frame) => newest.truth(frame));
    const { stats, pairing } = newest.overall(END_MS);
    assert.deepEqual(all.rolling(END_MS), { AP: stats.AP, pairing });
    assert.equal(all.overall(END_MS).pairing.frames, 60);
  });

  it('settles no frame before its time is over', () => {
    const live = meter();
    truthFrames.forEach((frame) => live.truth(frame));
    const frameMs = truthFrames[1].capturedAtMs;
    assert.equal(live.rolling(frameMs).pairing.frames, 1);
    live.percept({ ...percepts[0], times: { ...percepts[0].times, emittedAtMs: frameMs } });
    assert.deepEqual(live.rolling(frameMs + 1).pairing, { frames: 2, miss: 1, inTime: 0, mismatch: 1 });
  });

  it('has no AP while nothing is annotated', () => {
    assert.deepEqual(meter().rolling(0).pairing, { frames: 0, miss: 0, inTime: 0, mismatch: 0 });
    assert.equal(meter().rolling(0).AP, null);
  });

  it('keeps streams apart', () => {
    const live = meter();
    for (const streamId of ['a', 'b']) truthFrames.forEach((frame) => live.truth({ ...frame, streamId }));
    percepts.forEach((percept) => live.percept({ ...percept, streamId: 'a' }));
    const { pairing } = live.overall(END_MS);
    assert.equal(pairing.frames, 120);
    assert.ok(pairing.miss > 60);
  });

  it('skips classes without annotations', () => {
    const one = new LiveAccuracy({ truth, classNames: ['boat', ...NAMES] });
    percepts.forEach((percept) =>
      one.percept({ ...percept, detections: percept.detections.map((d) => ({ ...d, classId: d.classId + 1 })) }),
    );
    truthFrames.forEach((frame) => one.truth(frame));
    const two = meter();
    percepts.forEach((percept) => two.percept(percept));
    truthFrames.forEach((frame) => two.truth(frame));
    assert.deepEqual(one.overall(END_MS), two.overall(END_MS));
  });

  it('refuses ground truth that goes back in time', () => {
    const live = meter();
    live.truth(truthFrames[3]);
    assert.throws(
      () => live.truth(truthFrames[2]),
      (error) =>
        error instanceof DataError &&
        /ground truth of "drive-0" went back: frame 2 was captured 33\.33\d* ms before/.test(error.message),
    );
  });
});
