import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { abortWith } from '../../src/core/abort-with.js';

describe('a controller that aborts with other signals', () => {
  it('aborts with the first of them, for its reason', () => {
    const [own, first, second] = [new AbortController(), new AbortController(), new AbortController()];
    abortWith(own, [first.signal, undefined, second.signal]);
    assert.equal(own.signal.aborted, false);
    second.abort('second');
    first.abort('first');
    assert.equal(own.signal.reason, 'second');
  });

  it('aborts at once with one that has aborted', () => {
    const own = new AbortController();
    abortWith(own, [new AbortController().signal, AbortSignal.abort('before')]);
    assert.equal(own.signal.reason, 'before');
  });

  it('leaves no listener in a signal that outlives it', () => {
    const [own, long] = [new AbortController(), new AbortController()];
    const unlink = abortWith(own, [long.signal]);
    assert.equal(getEventListeners(long.signal, 'abort').length, 1);
    unlink();
    assert.equal(getEventListeners(long.signal, 'abort').length, 0);
    long.abort();
    assert.equal(own.signal.aborted, false);
  });
});
