import assert from 'node:assert/strict';
import { kalmanTracker } from '../../src/track/kalman-tracker.js';
import { parityCases } from '../helpers/shared.js';
import { forecastSetting, readSapCase } from './sap-case.js';

describe('kalman forecasts as the sAP toolkit', () => {
  const cases = parityCases('sap-');
  if (cases.length === 0) it('sap-* (pending: needs a parity folder)');
  for (const found of cases) {
    const sap = readSapCase(found);
    for (const [name, setting] of Object.entries(sap.settings)) {
      const { kf_n_results: count, kf_sample: sample } = setting;
      if (count === undefined || sample === undefined) continue;
      it(`${found.name} ${name}`, () => {
        const results = forecastSetting(sap, setting, (frameIntervalMs) =>
          kalmanTracker({ frameIntervalMs, onEmpty: 'keep' }),
        );
        assert.equal(results.length, count);
        const every = Math.max(1, Math.floor(count / 200));
        sample.forEach((wanted, i) => {
          const got = results[i * every];
          assert.deepEqual(
            [got.image_id, got.category_id, got.score],
            [wanted.image_id, wanted.category_id, wanted.score],
            `sample ${i}`,
          );
          wanted.bbox.forEach((value, side) =>
            assert.ok(
              Math.abs(got.bbox[side] - value) < 2e-3,
              `sample ${i}: ${got.bbox.join()} against ${wanted.bbox.join()}`,
            ),
          );
        });
      });
    }
  }
});
