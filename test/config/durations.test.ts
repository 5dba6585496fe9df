import assert from 'node:assert/strict';
import { durationMs, timeMs } from '../../src/config/durations.js';

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

describe('a time in a recording', () => {
  for (const [value, ms] of [
    ['1:30', 90_000],
    ['0:05.25', 5_250],
    ['90:00', 5_400_000],
    ['1:02:03.5', 3_723_500],
    ['90s', 90_000],
    ['1.5m', 90_000],
    [1500, 1_500],
    ['0', 0],
    [0, 0],
    ['0s', 0],
  ] as const)
    it(`reads ${JSON.stringify(value)} as ${ms} ms`, () => assert.equal(timeMs(value), ms));

  for (const value of [
    '',
    ' ',
    '1:60',
    '1:5',
    '1:60:00',
    ':30',
    '-1:30',
    '1:30s',
    '600:00:00',
    'start',
    -5,
    null,
    [0],
    true,
  ])
    it(`refuses ${JSON.stringify(value)}`, () => assert.equal(timeMs(value), undefined));
});
