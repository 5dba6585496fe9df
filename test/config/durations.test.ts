import assert from 'node:assert/strict';
import { durationMs } from '../../src/config/durations.js';

describe('a duration', () => {
  for (const [text, ms] of [
    ['30s', 30_000],
    ['500ms', 500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['1.5s', 1500],
    ['100', 100],
    [' 20 ms ', 20],
    ['.5s', 500],
  ] as const) {
    it(`reads "${text}" as ${ms} ms`, () => assert.equal(durationMs(text), ms));
  }

  for (const value of [
    '',
    '0',
    '0s',
    '-5s',
    '5 parsecs',
    '1e3',
    'NaN',
    'Infinity',
    '5S',
    '1m30s',
    '5,5s',
    '600h',
    true,
    ['5s'],
  ]) {
    it(`refuses ${JSON.stringify(value)}`, () => assert.equal(durationMs(value), undefined));
  }
});
