import assert from 'node:assert/strict';
import { parseRuntimeProfile } from '../../src/scheduling/runtime-profile.js';
import { profileFile } from '../../evaluation/profile.js';

describe('runtime profile file', () => {
  const info = {
    model: 'nano.onnx',
    modelSha256: 'ab',
    input: { width: 416, height: 416 },
    classNames: ['car'],
    pictures: 'BGR, letterboxed, 0 to 255 (standard)',
    classNamesFrom: 'given',
    requestedProvider: 'auto',
    provider: 'cpu',
    threads: 1,
  } as const;
  const file = profileFile(
    { runtimesMs: [30, 10, 20, 40], inferenceMs: [28, 8, 18, 38] },
    info,
    { cpu: 'a CPU', platform: 'linux-x64' },
    '0.1.0',
    '2026-01-01T00:00:00.000Z',
  );

  it('states the figures and the machine', () => {
    const { samples, percentiles, inference, ...rest } = file;
    assert.deepEqual(samples, [30, 10, 20, 40]);
    assert.deepEqual(percentiles, { mean: 25, min: 10, p50: 30, p90: 40, p95: 40, p99: 40, max: 40 });
    assert.deepEqual(inference, {
      samples: [28, 8, 18, 38],
      percentiles: { mean: 23, min: 8, p50: 28, p90: 38, p95: 38, p99: 38, max: 38 },
    });
    assert.deepEqual(rest, {
      type: 'empirical',
      unit: 'ms',
      device: { cpu: 'a CPU', platform: 'linux-x64' },
      model: 'nano.onnx',
      modelSha256: 'ab',
      input: { width: 416, height: 416 },
      provider: 'cpu',
      threads: 1,
      nowcast: '0.1.0',
      measuredAt: '2026-01-01T00:00:00.000Z',
    });
  });

  it('is readable by --runtime', () => assert.equal(parseRuntimeProfile(JSON.parse(JSON.stringify(file))).meanMs, 25));

  it('needs a sample', () =>
    assert.throws(
      () => profileFile({ runtimesMs: [], inferenceMs: [] }, info, { cpu: '', platform: '' }, '', ''),
      /at least one sample/,
    ));
});
