import assert from 'node:assert/strict';
import { BUILT_IN_PARTS, RUN_KEYS } from '../../src/app/parts.js';
import { parseConfig } from '../../src/config/load.js';
import { anchoredRun, resolveRun, type RunConfig } from '../../src/config/run-config.js';
import { UsageError } from '../../src/core/errors.js';

const CAMERAS =
  'cameras: { a: { source: "demo:", objects: {} }, b: { source: "demo:" }, c: { source: "demo:", enabled: false } }';

function configOf(text: string): RunConfig {
  const { settings } = parseConfig(RUN_KEYS, `${CAMERAS}\n${text}`, '/x/cameras.yaml', {});
  return resolveRun(anchoredRun(settings, '/x', BUILT_IN_PARTS), [], BUILT_IN_PARTS);
}

describe('clips and recordings in a configuration', () => {
  it('are kept for those who ask for them', () => {
    const { clips, record } = configOf('');
    assert.deepEqual([clips, record], [undefined, undefined]);
  });

  it('have times and limits', () => {
    const { clips, record } = configOf(
      'clips: { folder: clips, cameras: [a, c] }\nrecord: { folder: /video, segment: 60s }',
    );
    assert.deepEqual(clips, {
      folder: '/x/clips',
      cameras: ['a', 'c'],
      preMs: 5000,
      postMs: 5000,
      maxMs: 120_000,
      retention: { maxAgeMs: 864_000_000, maxBytes: 1e10 },
    });
    assert.deepEqual([record?.folder, record?.segmentMs, record?.retention.maxBytes], ['/video', 60_000, 5e10]);
  });

  it('share no folder, because each limits all files inside', () => {
    assert.throws(
      () => configOf('clips: { folder: ./x }\nrecord: { folder: x }'),
      (error) =>
        error instanceof UsageError && /record\.folder is \/x\/x, which is clips\.folder too/.test(error.message),
    );
  });

  for (const [text, message] of [
    ['clips: {}', /clips\.folder is missing/],
    ['clips: { folder: x, pre_roll: 2m }', /clips\.pre_roll is 120 s; it must be 60 s or less/],
    ['clips: { folder: x, pre_roll: 20s, max_length: 20s }', /clips\.max_length is 20 s.*longer than clips\.pre_roll/],
    ['clips: { folder: x, cameras: [z] }', /clips\.cameras has "z", which is no camera \(there are a, b, c\)/],
    ['clips: { folder: x, cameras: [b] }', /no objects are followed on b; add zones/],
    ['record: { folder: x, segment: 2s }', /record\.segment is 2 s/],
    ['record: { folder: x, cameras: [z] }', /record\.cameras has "z"/],
  ] as const)
    it(`refuses ${text}`, () => {
      assert.throws(
        () => configOf(text),
        (error) => error instanceof UsageError && message.test(error.message),
      );
    });
});
