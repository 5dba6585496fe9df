import assert from 'node:assert/strict';
import { changesOf } from '../../../src/app/serve/reload.js';
import { BUILT_IN_PARTS } from '../../../src/app/parts.js';
import { resolveRun, type RunConfig } from '../../../src/config/run-config.js';
import type { Settings } from '../../../src/config/run-keys.js';

const THREE: Settings = { cameras: { a: { source: 'demo:1' }, b: { source: 'demo:2' }, c: { source: 'demo:3' } } };

function configOf(settings: Settings): RunConfig {
  return resolveRun(settings, [], BUILT_IN_PARTS, undefined, true);
}

/** A configuration in place of that of three cameras. */
function changes(after: Settings, before = THREE) {
  return changesOf(configOf(before), configOf(after), () => false);
}

const NOTHING = { added: [], removed: [], restarted: [], unchanged: 3, needsRestart: [] };

describe('the changes of a configuration', () => {
  it('are none for the same one, in another order, or with a default written out', () => {
    assert.deepEqual(changes(THREE), NOTHING);
    const { a, b, c } = THREE.cameras!;
    assert.deepEqual(changes({ cameras: { c, a, b } }), NOTHING);
    assert.deepEqual(changes({ ...THREE, detect: { conf: 0.25 } }), NOTHING);
  });

  it('are of the cameras that came, went, or run by something else', () => {
    const { a, b } = THREE.cameras!;
    assert.deepEqual(changes({ cameras: { a, b: { ...b, detect: { conf: 0.5 } }, d: { source: 'demo:4' } } }), {
      added: ['d'],
      removed: ['c'],
      restarted: ['b'],
      unchanged: 1,
      needsRestart: [],
    });
  });

  it('are of a camera of which either stream is another one', () => {
    const of = (detect: string, record: string): Settings => ({
      cameras: { ...THREE.cameras, a: { source: { detect, record } } },
    });
    const before = of('rtsp://h/sub', 'rtsp://h/main');
    assert.deepEqual(changes(before, before), NOTHING);
    for (const after of [of('rtsp://h/other', 'rtsp://h/main'), of('rtsp://h/sub', 'rtsp://h/other')])
      assert.deepEqual(changes(after, before).restarted, ['a']);
  });

  it('are of all cameras without a choice of their own, if that of all changes', () => {
    const own = { cameras: { ...THREE.cameras, a: { source: 'demo:1', detect: { budget: 50 } } } };
    assert.deepEqual(changes({ ...own, detect: { budget: 80 } }, own).restarted, ['b', 'c']);
  });

  it('are none for what switches turn', () => {
    const switched = {
      cameras: { ...THREE.cameras, a: { source: 'demo:1', enabled: false, detect: { enabled: false } } },
    };
    const on = { cameras: { ...THREE.cameras, a: { source: 'demo:1', detect: { enabled: true } } } };
    assert.deepEqual(changes(switched, on), NOTHING);
  });

  it('are of the cameras whose detector is another one', () => {
    const found = changesOf(configOf(THREE), configOf(THREE), ({ id }) => id === 'b');
    assert.deepEqual([found.restarted, found.unchanged], [['b'], 2]);
  });

  it('name the sections that need a restart of the service', () => {
    const feed = { port: 1 };
    assert.deepEqual(changes({ ...THREE, feed }).needsRestart, ['feed']);
    assert.deepEqual(changes({ ...THREE, feed, strict: true }, { ...THREE, feed: { port: 2 } }).needsRestart, [
      'strict',
      'feed',
    ]);
  });
});
