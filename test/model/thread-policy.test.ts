import assert from 'node:assert/strict';
import { defaultThreads, maySpin } from '../../src/model/thread-policy.js';

describe('threads of a session', () => {
  for (const [cores, hosts, threads] of [
    [1, 1, 1],
    [2, 1, 1],
    [4, 1, 2],
    [8, 1, 4],
    [64, 1, 4],
    [8, 2, 2],
    [4, 4, 1],
    [2, 8, 1],
  ]) {
    it(`are ${threads} on ${cores} cores with ${hosts} hosts`, () =>
      assert.equal(defaultThreads({ cores, hosts }), threads));
  }

  it('spin if one host leaves two cores to other work', () => {
    assert.equal(maySpin({ cores: 4, hosts: 1 }, 2), true);
    assert.equal(maySpin({ cores: 3, hosts: 1 }, 2), false);
    assert.equal(maySpin({ cores: 64, hosts: 2 }, 2), false);
  });
});
