import assert from 'node:assert/strict';
import { checkSettings } from '../../../src/config/problems.js';
import { checkView } from '../../../src/core/view.js';
import { SELECTION_KEYS, selectionOf, type Selection } from '../../../src/streaming/sources/selection.js';

const read = (settings: Readonly<Record<string, unknown>>): Selection =>
  selectionOf(checkSettings(SELECTION_KEYS, settings, (path) => path.join('.')));

describe('the keys of a selection', () => {
  it('are absent by default', () => assert.deepEqual(read({}), { stream: undefined, startMs: undefined, view: {} }));

  for (const [name, text, value] of [
    ['rotate', '90', 90],
    ['rotate', 270, 270],
    ['rotate', 0, 0],
    ['crop', '640x360+100+0', { width: 640, height: 360, x: 100, y: 0 }],
    ['aspect', '16:9', { width: 16, height: 9 }],
    ['aspect', '2.35:1', { width: 11_750, height: 5_000 }],
    ['aspect', 1.5, { width: 7_500, height: 5_000 }],
    ['aspect', '1.7778', { width: 8_889, height: 5_000 }],
    ['aspect', 0.5, { width: 5_000, height: 10_000 }],
    ['aspect', '1:20', { width: 1, height: 20 }],
    ['aspect', 19.9, { width: 99_500, height: 5_000 }],
    ['aspect', 2, { width: 2, height: 1 }],
  ] as const)
    it(`read ${name} ${JSON.stringify(text)}`, () => {
      const { view } = read({ [name]: text });
      assert.deepEqual(view, { [name]: value });
      checkView(view ?? {});
    });

  it('read a start as a duration or a time of the clock', () => {
    assert.deepEqual(
      ['90s', '1:30', 0].map((start) => read({ start }).startMs),
      [90_000, 90_000, 0],
    );
  });

  it('read the number of a stream', () => assert.equal(read({ stream: '2' }).stream, 2));

  for (const [name, text, allowed] of [
    ['stream', -1, 'it must be a whole number of 0 or more'],
    [
      'start',
      '1:60',
      'it must be a time such as 90s, 1:30 or 1:02:03.5 (a bare number is milliseconds), at most 24 days',
    ],
    ['rotate', 45, 'it must be 0, 90, 180 or 270'],
    ['rotate', 360, 'it must be 0, 90, 180 or 270'],
    ['crop', '640x360', 'it must be WIDTHxHEIGHT+X+Y in pixels, such as 640x360+100+0'],
    ['crop', '0x360+0+0', 'it must be WIDTHxHEIGHT+X+Y in pixels, such as 640x360+100+0'],
    ['crop', '640x360-1+0', 'it must be WIDTHxHEIGHT+X+Y in pixels, such as 640x360+100+0'],
    ['aspect', 'wide', 'it must be width:height such as 16:9, or a number such as 1.7778, from 1:20 to 20:1'],
    ['aspect', 0, 'it must be width:height such as 16:9, or a number such as 1.7778, from 1:20 to 20:1'],
    ['aspect', '0:9', 'it must be from 1:20 to 20:1'],
    ['aspect', '9:0', 'it must be from 1:20 to 20:1'],
    ['aspect', '99:1', 'it must be from 1:20 to 20:1'],
  ] as const)
    it(`refuse ${name} ${JSON.stringify(text)}`, () =>
      assert.throws(
        () => read({ [name]: text }),
        (error: Error) => error.message.startsWith(name) && error.message.endsWith(allowed),
      ));
});
