import assert from 'node:assert/strict';
import { defineDetector } from '../../src/app/define-detector.js';
import { runHeader } from '../../src/recording/header.js';
import { FakeDetector } from '../helpers/fake-detector.js';

const CLOCK = { toUnixMs: (atMs: number): number => 1_000_000 + atMs };
const ABOUT = {
  streams: ['cam'],
  config: {},
  host: { nowcast: '0.1.0', node: 'v20.0.0', platform: 'linux-x64', cpu: 'a CPU' },
} as const;

describe("a recording's header", () => {
  it('names the model file with its hash, and the provider that ran it', () => {
    const { model } = runHeader(new FakeDetector().info, CLOCK, ABOUT);
    assert.deepEqual(model, {
      name: 'fake.onnx',
      sha256: '0'.repeat(64),
      input: { width: 32, height: 32 },
      provider: 'cpu',
    });
  });

  it('omits both for a custom detector', () => {
    const own = defineDetector({
      name: 'mine',
      input: { width: 64, height: 32 },
      classNames: ['blob'],
      detect: () => [],
    });
    const { model, classes, unixUsAtZero } = runHeader(own.info, CLOCK, ABOUT);
    assert.deepEqual(model, { name: 'mine', input: { width: 64, height: 32 } });
    assert.deepEqual([classes, unixUsAtZero], [['blob'], 1_000_000_000]);
  });
});
