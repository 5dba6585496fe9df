import assert from 'node:assert/strict';
import { join } from 'node:path';
import { COCO_STATS, detectionTable, matcher, objectTable } from '../../evaluation/coco-ap.js';
import { parseDetections } from '../../evaluation/detections.js';
import { parseGroundTruth } from '../../evaluation/ground-truth.js';
import { frameTimesS } from '../../evaluation/pair.js';
import { traceRuntimes } from '../../evaluation/runtimes.js';
import { simulateSequence } from '../../evaluation/simulate.js';
import { streamingAp } from '../../evaluation/streaming-ap.js';
import { idleFree, policyByName } from '../../src/core/policy.js';
import { parityCases, readJson } from '../helpers/shared.js';

type Settings = {
  readonly perf?: number;
  readonly dynamic?: boolean;
  readonly stride?: number;
  readonly inf?: boolean;
  readonly eta: number;
};
type Expected = {
  readonly settings: Settings;
  readonly runtime_draws: readonly number[];
  readonly streams: Readonly<Record<string, { readonly timestamps: readonly number[]; readonly input_fidx: readonly number[]; readonly runtime: readonly number[] }>>;
  readonly assoc: { readonly miss: number; readonly in_time: number; readonly mismatch: number };
  readonly stats: readonly number[];
};

const FPS = 30;

describe('streaming AP equals the sAP toolkit', () => {
  const cases = parityCases('sap-');
  if (cases.length === 0) it('sap-* (pending: needs the parity folder)');
  for (const { name, path } of cases) {
    const truth = parseGroundTruth(readJson(join(path, 'annotations.json')));
    const { columns } = parseDetections(readJson(join(path, 'detections.json')), truth);
    const cached = matcher(
      objectTable(truth.objects, truth.images.length, truth.classes.length),
      detectionTable(columns, truth.images.length, truth.classes.length));
    const { samples } = readJson<{ samples: number[] }>(join(path, 'runtime.json'));

    for (const [setting, expected] of Object.entries(readJson<Record<string, Expected>>(join(path, 'expected.json')))) {
      it(`${name} ${setting}`, () => {
        const { perf = 1, dynamic, stride, inf, eta } = expected.settings;
        const policy = dynamic ? policyByName('shrinking-tail') : stride === undefined ? idleFree : policyByName(`stride:${stride}`);
        const runtimes = traceRuntimes(expected.runtime_draws);
        const settings = { fps: FPS, policy, workers: inf ? Infinity : 1, knownRuntimesS: samples.map((s) => s / perf) };

        const sequences = truth.sequences.map(({ name: sequence, images }) => {
          const { runs, drops } = simulateSequence(images.length, settings, runtimes);
          const stream = expected.streams[sequence];
          assert.deepEqual(runs.map(({ frame }) => frame), stream.input_fidx);
          runs.forEach(({ endS, runtimeS }, i) => {
            assert.ok(Math.abs(endS - stream.timestamps[i]) <= 1e-9, `output ${i} of ${sequence} at ${endS}, not ${stream.timestamps[i]}`);
            assert.ok(Math.abs(runtimeS - stream.runtime[i]) <= 1e-9);
          });
          assert.equal(new Set(runs.map(({ frame }) => frame)).size + drops.length, images.length);
          const inputFrames = Int32Array.from(runs, ({ frame }) => frame);
          return {
            outputs: { times: Float64Array.from(runs, ({ endS }) => endS), inputFrames, detectionFrames: inputFrames.map((frame) => images[frame]) },
            frameTimes: frameTimesS(images.length, FPS, eta),
          };
        });

        const { stats, pairing } = streamingAp(cached, truth, sequences);
        assert.deepEqual({ miss: pairing.miss, in_time: pairing.inTime, mismatch: pairing.mismatch }, expected.assoc);
        COCO_STATS.forEach((stat, i) => {
          assert.ok(Math.abs((stats[stat] ?? -1) - expected.stats[i]) <= 1e-4, `${stat} is ${stats[stat] ?? -1}, not ${expected.stats[i]}`);
        });
      });
    }
  }
});
