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
  const first = configOf(before);
  return changesOf({ first, before: first, after: configOf(after) }, BUILT_IN_PARTS, () => false);
}

const NOTHING = { added: [], removed: [], restarted: [], unchanged: 3, sections: [], needsRestart: [] };

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
      sections: [],
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
    const found = changesOf(
      { first: configOf(THREE), before: configOf(THREE), after: configOf(THREE) },
      BUILT_IN_PARTS,
      ({ id }) => id === 'b',
    );
    assert.deepEqual([found.restarted, found.unchanged], [['b'], 2]);
  });

  it('name the sections and keys that need a restart of the service, until they are as they were', () => {
    const feed = { port: 1 };
    assert.deepEqual(changes({ ...THREE, feed }).needsRestart, ['feed']);
    assert.deepEqual(changes({ ...THREE, metrics: { auth: 'none' } }).needsRestart, ['metrics']);
    const [first, second] = [
      configOf({ ...THREE, feed }),
      configOf({ ...THREE, strict: true, feed: { port: 2, max_clients: 5, token: 'other' } }),
    ];
    const of = (before: RunConfig, after: RunConfig) =>
      changesOf({ first, before, after }, BUILT_IN_PARTS, () => false);
    assert.deepEqual(of(first, second).needsRestart, ['strict', 'feed.port', 'feed.max_clients']);
    assert.deepEqual(of(first, second).sections, ['feed'], 'its tokens');
    assert.deepEqual(of(second, second).needsRestart, ['strict', 'feed.port', 'feed.max_clients']);
    assert.deepEqual(of(second, first).needsRestart, []);
  });

  it('name the sections that were taken over', () => {
    const mqtt = { host: 'broker' };
    const objects = { cameras: { ...THREE.cameras, a: { source: 'demo:1', objects: {} } } };
    const from = (after: Settings, before: Settings = objects) => {
      const { sections, needsRestart, unchanged } = changes(after, before);
      assert.deepEqual([needsRestart, unchanged], [[], 3]);
      return sections;
    };
    assert.deepEqual(from({ ...objects, mqtt }), ['mqtt']);
    assert.deepEqual(from({ ...objects, mqtt: { host: 'another' } }, { ...objects, mqtt }), ['mqtt']);
    assert.deepEqual(from(objects, { ...objects, mqtt }), ['mqtt']);
    assert.deepEqual(from({ ...objects, clips: { folder: 'c' }, record: { folder: 'r' } }), ['clips', 'record']);
    assert.deepEqual(from({ ...objects, snapshots: { quality: 50 } }), ['snapshots']);
    const users = { ada: { token: 'a-long-token' } };
    assert.deepEqual(from({ ...objects, http: { users } }), ['http']);
    const own = { cameras: { ...objects.cameras, a: { source: 'demo:1', objects: {}, snapshots: { quality: 50 } } } };
    assert.deepEqual(from(own), [], 'a camera asks for its rule at each picture');
  });

  it('need a restart for more video before an object than is kept', () => {
    const of = (preRoll: number): Settings => ({
      cameras: { ...THREE.cameras, a: { source: 'demo:1', objects: {} } },
      clips: { folder: 'c', pre_roll: preRoll },
    });
    assert.deepEqual(changes(of(5000), of(2000)).needsRestart, []);
    assert.deepEqual(changes(of(9000), of(2000)).needsRestart, ['clips.pre_roll']);
  });
});
