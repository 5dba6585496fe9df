import assert from 'node:assert/strict';
import fc from 'fast-check';
import { averagePrecision, evaluatePairing, everyImageWithItself } from '../../evaluation/coco-ap.js';
import { forecastResults } from '../../evaluation/forecast-results.js';
import { parseGroundTruth } from '../../evaluation/ground-truth.js';
import { recordedRun } from '../../evaluation/recorded-run.js';
import { prepareDetections, scoreRun, streamingJson } from '../../evaluation/score.js';
import { streamingAp } from '../../evaluation/streaming-ap.js';
import { drawScene, readScene } from './scene.js';
import { FPS, jittery, play, record } from './play.js';
import { trackerByName } from '../../src/track/kinds.js';

const scene = readScene(drawScene(7));
const { truth, detections } = scene;

describe('streaming AP', () => {
  it('equals offline AP if runs take no time', () => {
    const { stats, pairing } = streamingAp(detections.matcher, truth, play(scene, () => 0).run, 0);
    assert.deepEqual(stats, evaluatePairing(detections.matcher, everyImageWithItself(truth.images.length)).stats);
    assert.deepEqual(pairing, { frames: 60, miss: 0, inTime: 60, mismatch: 0 });
  });

  it('equals offline AP shifted by eta frames if runs take no time', () => {
    for (const eta of [1, 2]) {
      const { stats, detectionFrames } = streamingAp(detections.matcher, truth, play(scene, () => 0).run, eta);
      const shifted = Int32Array.from(truth.images, (_, i) => (i % 30 < eta ? -1 : i - eta));
      assert.deepEqual([...detectionFrames], [...shifted]);
      const { image } = everyImageWithItself(truth.images.length);
      assert.equal(
        averagePrecision(detections.matcher, { image, frame: shifted }),
        averagePrecision(detections.matcher, { image, frame: detectionFrames }),
      );
      assert.equal(stats.AP, evaluatePairing(detections.matcher, { image, frame: shifted }).stats.AP);
    }
  });

  it('is one frame late if runs take less than a frame', () => {
    const { pairing, mismatches } = streamingAp(detections.matcher, truth, play(scene, () => 0.02).run, 0);
    assert.deepEqual(pairing, { frames: 60, miss: 2, inTime: 0, mismatch: 58 });
    assert.deepEqual(mismatches, [{ mismatch: 1, frames: 58 }]);
  });

  it('counts every frame as missed without outputs', () => {
    const { stats, pairing } = streamingAp(detections.matcher, truth, play(scene, () => 100).run, 0);
    assert.equal(stats.AP, 0);
    assert.equal(pairing.miss, 60);
  });

  it('of a recording equals that of the run that wrote it', () => {
    const runtimes = fc.oneof(
      fc
        .tuple(fc.nat(1e6), fc.double({ min: 0.01, max: 0.1, noNaN: true }))
        .map(([seed, meanS]) => jittery(meanS, seed)),
      // Runs of n sixths of a frame end at the very time of a frame again and again.
      fc.integer({ min: 1, max: 20 }).map((sixths) => () => sixths / 6 / FPS),
    );
    fc.assert(
      fc.property(runtimes, fc.constantFrom(-1, 0, 1), (runtime, eta) => {
        const played = play(scene, runtime);
        const recorded = recordedRun(record(scene, played), truth);
        const live = scoreRun(truth, played.run, detections, eta, undefined, detections);
        const later = scoreRun(
          truth,
          recorded.run,
          prepareDetections(truth, recorded.detections, recorded.outputCount),
          eta,
          undefined,
          detections,
        );
        assert.deepEqual(recorded.warnings, []);
        assert.deepEqual(later.streamed.pairing, live.streamed.pairing);
        assert.deepEqual(later.final.stats, live.final.stats);
      }),
      { numRuns: 40 },
    );
  });

  it('counts runs and drops, and names classes', () => {
    const { run } = play(scene, () => 0.05);
    const json = streamingJson(truth, run, scoreRun(truth, run, detections, 0, undefined, undefined));
    assert.equal(json.runs + json.drops, 60);
    assert.deepEqual(Object.keys(json.perClass), ['person', 'car', 'bus']);
    assert.equal(json.attribution, null);
    assert.equal(
      Object.values(json.dropReasons).reduce((a, b) => a + b),
      json.drops,
    );
  });

  it('with a forecast scores the forecast boxes, with the same pairing', () => {
    const { run } = play(scene, () => 0.08);
    const plain = scoreRun(truth, run, detections, 0, undefined, undefined);
    const forecast = scoreRun(truth, run, detections, 0, trackerByName('kalman'), undefined);
    assert.deepEqual(forecast.streamed.pairing, plain.streamed.pairing);
    assert.ok(forecast.final.stats.AP! > plain.final.stats.AP! + 0.05);
  });

  it('with a forecast requires the size of the pictures', () => {
    const { annotations } = drawScene(7);
    const sizeless = parseGroundTruth({
      ...annotations,
      images: annotations.images.map(({ width: _, height: __, ...image }) => image),
    });
    assert.throws(
      () => forecastResults(sizeless, play(scene, () => 0).run, 0, () => [], trackerByName('kalman')),
      /the image with id 0 has no "width" and "height"/,
    );
  });
});
