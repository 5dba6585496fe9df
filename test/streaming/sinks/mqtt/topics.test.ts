import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UsageError } from '../../../../src/core/errors.js';
import { checkTopicPrefix, levelOf, nameOf, topicsUnder } from '../../../../src/streaming/sinks/mqtt/topics.js';

const anyName = fc.string({ unit: 'grapheme', minLength: 1 });

describe('topics of MQTT', () => {
  const topics = topicsUnder('home/nowcast');

  it('have the shapes that Frigate users know', () => {
    const person = { label: 'person' };
    assert.equal(topics.available, 'home/nowcast/available');
    assert.equal(topics.present('front', person), 'home/nowcast/front/person');
    assert.equal(topics.active('front', person), 'home/nowcast/front/person/active');
    assert.equal(topics.present('front', { label: undefined }), 'home/nowcast/front/all');
    assert.equal(topics.snapshot('front', 'traffic light'), 'home/nowcast/front/traffic light/snapshot');
    assert.equal(topics.switchCommand('front', 'detect'), 'home/nowcast/front/detect/set');
    assert.equal(topics.status('front'), 'home/nowcast/front/status/detect');
    assert.equal(topics.present('front', { zone: 'porch', ...person }), 'home/nowcast/front/zones/porch/person');
  });

  it('hold any name as one level, from which it can be read', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const level = levelOf(name);
        assert.doesNotMatch(level, /[/+#\0]/);
        assert.equal(nameOf(level), name);
      }),
    );
    assert.equal(levelOf('yard/gate #2'), 'yard%2Fgate %232');
  });

  it('are different for different things of a camera, whatever their names', () => {
    const name = fc.oneof(anyName, fc.constantFrom('all', 'percept', 'zones', 'status', 'active', 'snapshot', 'lines'));
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 6 }), (names) => {
        const all = names.flatMap((label) => [
          topics.present('c', { label }),
          topics.active('c', { label }),
          topics.snapshot('c', label),
          ...names.flatMap((zone) => [topics.present('c', { zone, label }), topics.active('c', { zone, label })]),
        ]);
        all.push(topics.present('c', { label: undefined }), topics.percept('c'), topics.status('c'));
        assert.equal(new Set(all).size, all.length);
      }),
    );
  });

  it('of commands name the camera and the switch', () => {
    fc.assert(
      fc.property(anyName, (camera) => {
        assert.deepEqual(topics.commandOf(topics.switchCommand(camera, 'detect')), { camera, name: 'detect' });
      }),
    );
    for (const other of [
      'home/nowcast/front/set',
      'home/nowcast/a/b/c/set',
      'other/a/detect/set',
      'home/nowcast/%/detect/set',
    ])
      assert.equal(topics.commandOf(other), undefined, other);
  });

  it('take a prefix without wildcards, NUL and empty levels', () => {
    for (const good of ['nowcast', 'home/nowcast', 'a b/ü']) checkTopicPrefix(good, 'mqtt.topic_prefix');
    for (const bad of ['a/+', '#', 'a\0', '/a', 'a/', 'a//b', '$SYS/a', 'x'.repeat(201)])
      assert.throws(() => checkTopicPrefix(bad, 'mqtt.topic_prefix'), UsageError, bad);
  });
});
