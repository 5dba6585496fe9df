import assert from 'node:assert/strict';
import fc from 'fast-check';
import { policyByName } from '../../src/scheduling/kinds.js';
import { averagePrecision, everyImageWithItself } from '../../evaluation/coco-ap.js';
import { scoreRun } from '../../evaluation/score.js';
import { drawScene, readScene } from './scene.js';
import { jittery, play } from './play.js';
import { trackerByName } from '../../src/track/kinds.js';

const scene = readScene(drawScene(7));
const { truth, detections } = scene;

function attributionOf(run: Parameters<typeof scoreRun>[1], forecaster?: 'kalman', eta = 0) {
  return scoreRun(truth, run, detections, eta, forecaster && trackerByName(forecaster), detections).attribution!;
}

describe('attribution', () => {
  it('splits the gap into terms that add up', () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.double({ min: 0, max: 0.15, noNaN: true }),
        fc.constantFrom('idle-free', 'shrinking-tail', 'threshold', 'stride:2'),
        fc.constantFrom(undefined, 'kalman' as const),
        fc.constantFrom(-1, 0, 1),
        fc.constantFrom(1, 2, Infinity),
        (seed, meanS, policy, forecaster, eta, workers) => {
          const { detector, oneFrameFloor, latency, jitter, drops, forecasting, gap, offlineAP, sAP } = attributionOf(
            play(scene, jittery(meanS, seed), policyByName(policy), workers).run,
            forecaster,
            eta,
          );
          assert.ok(Math.abs(oneFrameFloor + latency + jitter + drops + forecasting - gap) < 1e-9);
          assert.ok(Math.abs(detector + gap - (1 - sAP)) < 1e-9);
          assert.ok(Math.abs(gap - (offlineAP - sAP)) < 1e-9);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('starts from the detector on every frame', () => {
    assert.equal(
      attributionOf(play(scene, () => 0.05).run).offlineAP,
      averagePrecision(detections.matcher, everyImageWithItself(truth.images.length)),
    );
  });

  it('assigns constant runs shorter than a frame to the one-frame floor alone', () => {
    const { oneFrameFloor, latency, jitter, drops, forecasting } = attributionOf(play(scene, () => 0.02).run);
    assert.ok(oneFrameFloor > 0.01);
    assert.deepEqual([latency, jitter, drops, forecasting], [0, 0, 0, 0]);
  });

  it('assigns constant long runs on enough detectors to latency alone', () => {
    const { latency, jitter, drops } = attributionOf(play(scene, () => 0.08, undefined, Infinity).run);
    assert.ok(latency > 0.01);
    assert.deepEqual([jitter, drops], [0, 0]);
  });

  it('assigns long runs on one detector to drops', () => {
    assert.ok(attributionOf(play(scene, () => 0.08).run).drops > 0.01);
  });

  it('assigns runs longer than a frame, with a shorter mean, to jitter', () => {
    const { latency, jitter } = attributionOf(
      play(scene, (nth) => (nth % 2 === 0 ? 0.01 : 0.05), undefined, Infinity).run,
    );
    assert.equal(latency, 0);
    assert.ok(jitter > 0.005);
  });

  it('credits the forecaster with a negative term', () => {
    assert.ok(attributionOf(play(scene, () => 0.08).run, 'kalman').forecasting < -0.05);
  });

  it('is undefined without an object to find', () => {
    const { annotations, results } = drawScene(7);
    const empty = readScene({ annotations: { ...annotations, annotations: [] }, results });
    assert.equal(
      scoreRun(empty.truth, play(empty, () => 0).run, empty.detections, 0, undefined, empty.detections).attribution,
      undefined,
    );
  });
});
