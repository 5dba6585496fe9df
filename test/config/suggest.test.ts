import assert from 'node:assert/strict';
import { didYouMean, nearest } from '../../src/config/suggest.js';

describe('a suggestion', () => {
  const keys = ['conf', 'nms', 'nms_mode', 'classes', 'schedule'];
  for (const [typed, meant] of [
    ['cof', 'conf'],
    ['confidence', 'conf'],
    ['class', 'classes'],
    ['confi', 'conf'],
    ['nsm', 'nms'],
    ['NMS', 'nms'],
    ['scheduel', 'schedule'],
    ['nmsMode', 'nms_mode'],
  ] as const) {
    it(`finds ${meant} for ${typed}`, () => assert.equal(nearest(typed, keys), meant));
  }

  it('is absent if no candidate is similar', () => {
    assert.equal(nearest('framerate', keys), undefined);
    assert.equal(didYouMean('framerate', keys), '');
    assert.equal(nearest('x', []), undefined);
  });
});
