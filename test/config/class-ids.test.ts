import assert from 'node:assert/strict';
import { classIdsOf } from '../../src/config/class-ids.js';

describe('classes to keep', () => {
  const names = ['person', 'bicycle', 'traffic light', '7'];

  it('are found by name in any case, and by id', () => {
    assert.deepEqual(classIdsOf(['Traffic Light', ' 0 ', 'person', '1'], names), [0, 1, 2]);
  });

  it('are names before they are ids', () => assert.deepEqual(classIdsOf(['7'], names), [3]));

  it('are refused if the model does not have them', () => {
    assert.throws(() => classIdsOf(['persn'], names), {
      message:
        'detect.classes (--classes) has "persn", which is not a class of the model; did you mean person? (it has person, bicycle, traffic light, 7; ids 0 to 3)',
    });
    assert.throws(() => classIdsOf(['4'], names), {
      message:
        'detect.classes (--classes) has "4", which is not a class of the model (it has person, bicycle, traffic light, 7; ids 0 to 3)',
    });
  });
});
