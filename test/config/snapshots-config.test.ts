import assert from 'node:assert/strict';
import { BUILT_IN_PARTS, RUN_KEYS } from '../../src/app/parts.js';
import { parseConfig } from '../../src/config/load.js';
import { anchoredRun, resolveRun, type RunConfig } from '../../src/config/run-config.js';
import { resolveSnapshots } from '../../src/config/snapshots-config.js';
import { UsageError } from '../../src/core/errors.js';

function configOf(text: string): RunConfig {
  const { settings } = parseConfig(RUN_KEYS, text, '/x/cameras.yaml', {});
  return resolveRun(anchoredRun(settings, '/x', BUILT_IN_PARTS), [], BUILT_IN_PARTS);
}

describe('the pictures of objects in a configuration', () => {
  it('have defaults, and stay in memory', () => {
    assert.equal(configOf('cameras: { a: { source: "demo:" } }').snapshots, undefined);
    assert.deepEqual(resolveSnapshots({}), {
      folder: undefined,
      retention: { maxAgeMs: 864_000_000, maxBytes: 1e9 },
      rule: { isEnabled: true, isCropped: true, maxHeight: undefined, quality: 85 },
    });
  });

  it('may differ by camera, key by key', () => {
    const { snapshots, sources } = configOf(`
cameras:
  a: { source: "demo:", objects: {}, snapshots: { height: 200, quality: 90 } }
  b: { source: "demo:", objects: {} }
snapshots: { folder: pictures, retain_days: 2, retain_mb: 50, crop: false, quality: 60 }
`);
    assert.ok(snapshots !== undefined);
    assert.equal(snapshots.folder, '/x/pictures');
    assert.deepEqual(snapshots.retention, { maxAgeMs: 172_800_000, maxBytes: 5e7 });
    assert.deepEqual(
      sources.map((source) => source.snapshots),
      [{ isEnabled: true, isCropped: false, maxHeight: 200, quality: 90 }, undefined],
    );
    assert.equal(snapshots.rule.quality, 60);
  });

  it('are refused on a camera without objects', () => {
    assert.throws(
      () => configOf('cameras: { a: { source: "demo:", snapshots: { height: 200 } } }'),
      (error) =>
        error instanceof UsageError && /cameras\.a\.snapshots is about objects.*objects: \{\}/.test(error.message),
    );
  });
});
