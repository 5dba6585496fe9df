import assert from 'node:assert/strict';
import { checkSettings } from '../../../src/config/problems.js';
import { sinkSections } from '../../../src/config/keys/registry-keys.js';
import { SINKS } from '../../../src/streaming/sinks/kinds.js';

describe('the registry of sinks', () => {
  it('gives every entry its own name', () => {
    assert.equal(new Set(SINKS.map(({ name }) => name)).size, SINKS.length);
  });

  it('lets every flag set one key', () => {
    const flags = SINKS.flatMap(({ keys, flag }) => [
      ...Object.values(keys).flatMap((key) => key.flag ?? []),
      ...(flag === undefined ? [] : [flag.declaration]),
    ]);
    assert.equal(new Set(flags.map((flag) => flag.split(' ')[0])).size, flags.length);
  });

  it('lets sinks share a section without sharing a key', () => {
    for (const { section, keys } of SINKS) {
      const of = sinkSections(SINKS)[section.name];
      assert.ok(of.type === 'section');
      for (const name of Object.keys(keys)) assert.equal(of.keys[name], keys[name]);
    }
    assert.throws(
      () => sinkSections([...SINKS, { ...SINKS[1], keys: { record: { type: 'file', description: 'Another.' } } }]),
      /two parts bring a key record/,
    );
  });

  it('opens the feed before any file is replaced, because its port may be taken', () => {
    assert.equal(SINKS[0].name, 'feed');
  });

  for (const { name, flag, section } of SINKS) {
    if (flag === undefined) continue;
    it(`lets a flag of ${name} set keys of its own section`, () => {
      const keys = sinkSections(SINKS);
      assert.deepEqual(checkSettings(keys, { [section.name]: flag.read('0.0.0.0:8765') }, String), {
        feed: { host: '0.0.0.0', port: 8765 },
      });
    });
  }
});
